//! Chance from a seed: the same seed gives the same hosts. Knows alphabets and words, no vendor: that is secrets.rs.

/// Words of hosts, projects and passwords.
const WORDS: &[&str] = &[
    "amber", "anchor", "basalt", "beacon", "birch", "canyon", "cedar", "comet", "copper", "coral",
    "dagger", "delta", "ember", "falcon", "fjord", "forest", "garnet", "glacier", "harbor",
    "hazel", "indigo", "ivory", "jasper", "juniper", "kestrel", "lagoon", "lantern", "lotus",
    "magnet", "maple", "meadow", "nebula", "nickel", "oasis", "onyx", "orchid", "otter", "pebble",
    "pepper", "quartz", "quiver", "raven", "ripple", "saffron", "sierra", "spruce", "summit",
    "thistle", "timber", "topaz", "tundra", "velvet", "violet", "walnut", "willow", "winter",
    "yarrow", "zephyr",
];

const SENTENCES: &[&str] = &[
    "The batch runs every night at two.",
    "Ask ben before you change this.",
    "Values below are for the office in Graz.",
    "Nothing here is read before the service has started.",
    "See the page about rollouts.",
];

/// A generator of the kind called splitmix64.
pub struct Dice(u64);

impl Dice {
    /// A generator that starts at a seed; one of another name gives other numbers.
    pub fn new(seed: u64, name: &str) -> Self {
        let mixed = name.bytes().fold(seed ^ 0xCBF2_9CE4_8422_2325, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        Self(mixed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// One of a list.
    pub fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }

    /// Random bytes.
    pub fn bytes(&mut self, n_bytes: usize) -> Vec<u8> {
        (0..n_bytes).map(|_| self.next() as u8).collect()
    }

    /// A word.
    pub fn word(&mut self) -> &'static str {
        self.pick::<&'static str>(WORDS)
    }

    /// A harmless sentence.
    pub fn sentence(&mut self) -> &'static str {
        self.pick::<&'static str>(SENTENCES)
    }

    /// Characters of a class (see [`alphabet`]); a number (`D`) does not begin with zero.
    pub fn characters(&mut self, class: char, length: usize) -> String {
        let alphabet = alphabet(class).as_bytes();
        let mut text: String =
            (0..length).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect();
        if class == 'D' && text.starts_with('0') {
            text.replace_range(..1, "7");
        }
        text
    }

    /// A random UUID of version 4.
    pub fn uuid(&mut self) -> String {
        let variant = *self.pick(&['8', '9', 'a', 'b']);
        let parts = [8, 4, 3, 3, 12].map(|length| self.characters('x', length));
        format!("{}-{}-4{}-{variant}{}-{}", parts[0], parts[1], parts[2], parts[3], parts[4])
    }

    /// A password as people choose them: words, a number, a sign.
    pub fn password(&mut self) -> String {
        let (first, second) = (capital(self.word()), self.word());
        let number = 10 + self.below(9_900);
        let sign = *self.pick(&['!', '-', '_', '.', '+', '=', '*']);
        match self.below(5) {
            0 => format!("{first}{second}{number}{sign}"),
            1 => format!("{first}{sign}{}{sign}{number}", capital(second)),
            2 => format!("{}{number}{sign}{second}", first.replace('a', "4").replace('e', "3")),
            3 => format!("{}{sign}{second}{sign}{}{number}", self.word(), self.word()),
            _ => format!("{first}{number}{sign}{sign}{}", self.characters('w', 3)),
        }
    }
}

/// The characters that a class letter of a shape stands for.
pub fn alphabet(class: char) -> &'static str {
    match class {
        'a' => "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        'b' => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        'd' | 'D' => "0123456789",
        'l' => "abcdefghijklmnopqrstuvwxyz0123456789",
        'q' => "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-._=",
        's' => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
        'T' => "abcdefghijklmnopqrstuvwxyz234567",
        't' => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        'u' | 'U' => "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        'w' => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        'x' => "0123456789abcdef",
        'X' => "0123456789ABCDEF",
        _ => panic!("no class of characters is called {class}"),
    }
}

/// The word with a capital.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + &letters.as_str().to_ascii_lowercase()
    })
}
