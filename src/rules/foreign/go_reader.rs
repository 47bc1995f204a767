//! Reads an expression of Go from the left: one sign, one escape, one name of letters at a time.
//! Knows nothing of groups and classes.

/// What was not read yet.
pub struct Reader<'g> {
    /// The rest of the expression.
    pub rest: &'g str,
}

impl Reader<'_> {
    /// The next sign, taken.
    pub fn next(&mut self) -> Option<char> {
        let sign = self.rest.chars().next()?;
        self.rest = &self.rest[sign.len_utf8()..];
        Some(sign)
    }

    /// `\p{Greek}` and `\pL`, the backslash being read.
    pub fn property(&mut self) -> Result<String, String> {
        let kind = self.next().unwrap_or('p');
        let name = match self.rest.strip_prefix('{') {
            Some(inside) => {
                let (name, rest) = inside.split_once('}').ok_or("has a `\\p{` without `}`")?;
                self.rest = rest;
                name.to_owned()
            }
            None => self.next().ok_or("ends with `\\p`")?.to_string(),
        };
        if !name
            .trim_start_matches('^')
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            return Err("names a class of letters that is no name".into());
        }
        Ok(format!("\\{kind}{{{name}}}"))
    }

    /// The one character that an escape stands for, the backslash being read.
    pub fn escaped(&mut self) -> Result<char, String> {
        let sign = self.next().ok_or("ends with a backslash")?;
        match sign {
            'a' => Ok('\x07'),
            'f' => Ok('\x0C'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\x0B'),
            'x' => self.hexadecimal(),
            '0' => Ok(self.octal(0)),
            '1'..='7' if self.rest.starts_with(|next| matches!(next, '0'..='7')) => {
                Ok(self.octal(u32::from(sign) - u32::from('0')))
            }
            '1'..='9' => Err("refers back to a group".into()),
            _ if sign.is_ascii() && !sign.is_ascii_alphanumeric() => Ok(sign),
            _ => Err("has an escape that Go does not know".into()),
        }
    }

    fn hexadecimal(&mut self) -> Result<char, String> {
        let (digits, rest) = match self.rest.strip_prefix('{') {
            Some(inside) => inside.split_once('}').ok_or("has a `\\x{` without `}`")?,
            None => self.rest.split_at_checked(2).ok_or("has a `\\x` without two digits")?,
        };
        self.rest = rest;
        let code = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        code.ok_or_else(|| "has a `\\x` that is no character".into())
    }

    /// Two more digits at most.
    fn octal(&mut self, first: u32) -> char {
        let mut code = first;
        for _ in 0..2 {
            let Some(digit) = self.rest.chars().next().and_then(|next| next.to_digit(8)) else {
                break;
            };
            self.rest = &self.rest[1..];
            code = code * 8 + digit;
        }
        // Three octal digits are at most 511, and every such code is a character.
        char::from_u32(code).unwrap_or('\0')
    }
}
