//! The cases: which secret stands in which file, and which files hold none. Each is one file of a synthetic host.
//! Knows no result.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::dice::Dice;
use crate::encoding::encoded;
use crate::secrets::{from_shape, private_keys};
use crate::templates::{Filled, Subject, Template, templates};

/// How sure it is that something is a secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// It has a shape of its own.
    Shape,
    /// A vendor's word stands beside something opaque.
    Vendor,
    /// A general word stands beside it.
    Generic,
    /// It stands where a program keeps its credentials.
    Store,
    /// Key material of many lines.
    Key,
    /// It is none.
    Harmless,
    /// It is none: the shape of a secret but for its length, alphabet or checksum.
    NearMiss,
}

/// One file.
pub struct Case {
    /// How sure it is.
    pub tier: Tier,
    /// What kind of secret, store or harmless thing.
    pub family: String,
    /// How it is written.
    pub form: String,
    /// Where on its host: a whole path.
    pub path: String,
    /// What the file holds.
    pub content: Vec<u8>,
    /// Where its secrets stand; `None` is anywhere, for what is packed.
    pub expected: Vec<Option<Range<usize>>>,
    /// The same secrets as text.
    pub texts: Vec<String>,
    /// What may be reported too.
    pub public: Vec<Range<usize>>,
}

/// So many hosts: each store outside of a home is planted once on each.
const N_HOSTS: usize = 2;

/// The cases of one host. No two have the same path.
pub type Host = Vec<Case>;

/// A row of shapes.txt, vendors.txt or generic.txt.
struct Row<'f> {
    family: &'f str,
    name: &'f str,
    shape: &'f str,
    is_exact: bool,
}

fn rows(file: &str) -> Vec<Row<'_>> {
    let lines = file.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let row = |line| {
        let fields: Vec<&str> = str::split(line, " | ").collect();
        Row { family: fields[0], name: fields[1], shape: fields[2], is_exact: fields.len() == 3 }
    };
    lines.map(row).collect()
}

/// All hosts of a seed. A path that is taken is dealt to the next user, who lives on the next host.
pub fn hosts(seed: u64) -> Vec<Host> {
    let mut hosts: Vec<Host> = (0..N_HOSTS).map(|_| Host::new()).collect();
    let mut n_owners: BTreeMap<String, usize> = BTreeMap::new();
    for mut case in cases(seed) {
        let number = n_owners.entry(case.path.clone()).or_default();
        case.path = case.path.replacen("home/ana/", &format!("home/ana{number}/"), 1);
        hosts[*number % N_HOSTS].push(case);
        *number += 1;
    }
    hosts
}

fn cases(seed: u64) -> Vec<Case> {
    let forms = templates(include_str!("forms.txt"));
    let mut deal = Deal { forms, n_used: BTreeMap::new(), seed, n_cases: 0 };
    let mut cases = Vec::new();
    let files = [
        (Tier::Shape, include_str!("shapes.txt"), 4),
        (Tier::Vendor, include_str!("vendors.txt"), 5),
        (Tier::Generic, include_str!("generic.txt"), 16),
    ];
    for (tier, file, n_forms) in files {
        for row in rows(file) {
            let free = usize::from(tier == Tier::Shape);
            cases.extend((0..free).map(|_| deal.planted(tier, &row, "free")));
            cases.extend((free..n_forms).map(|_| deal.planted(tier, &row, "name")));
        }
    }
    cases.extend((0..4).flat_map(|_| deal.keys()));
    for template in templates(include_str!("stores.txt")) {
        cases.extend((0..N_HOSTS).map(|_| deal.stored(&template)));
    }
    for template in templates(include_str!("harmless.txt")) {
        cases.extend((0..3).map(|_| deal.harmless(&template)));
    }
    cases.extend(rows(include_str!("shapes.txt")).iter().flat_map(|row| deal.near_misses(row)));
    cases
}

/// Deals secrets to forms, each form as often as the others.
struct Deal {
    forms: Vec<Template>,
    n_used: BTreeMap<(Tier, String), usize>,
    seed: u64,
    n_cases: usize,
}

impl Deal {
    fn dice(&mut self, name: &str) -> Dice {
        self.n_cases += 1;
        Dice::new(self.seed, &format!("{name} {}", self.n_cases))
    }

    /// The form of this need that was used least for this tier; chance decides among equals.
    fn form(&mut self, tier: Tier, need: &str, dice: &mut Dice) -> usize {
        let used = |form: &Template| self.n_used.get(&(tier, form.name.clone())).copied();
        let fitting: Vec<(usize, usize)> = (self.forms.iter().enumerate())
            .filter(|(_, form)| form.is(need))
            .map(|(at, form)| (used(form).unwrap_or(0), at))
            .collect();
        let least = fitting.iter().map(|(n_used, _)| *n_used).min().unwrap_or(0);
        let equals: Vec<usize> =
            fitting.iter().filter(|(n_used, _)| *n_used == least).map(|(_, at)| *at).collect();
        let chosen = *dice.pick(&equals);
        *self.n_used.entry((tier, self.forms[chosen].name.clone())).or_default() += 1;
        chosen
    }

    fn planted(&mut self, tier: Tier, row: &Row<'_>, need: &str) -> Case {
        let mut dice = self.dice(row.family);
        let value = from_shape(row.shape, &mut dice);
        let form = self.form(tier, need, &mut dice);
        self.written(tier, row.family, form, &Subject { name: row.name, value: &value }, &mut dice)
    }

    fn written(
        &self,
        tier: Tier,
        family: &str,
        form: usize,
        subject: &Subject<'_>,
        dice: &mut Dice,
    ) -> Case {
        let form = &self.forms[form];
        let mut case = case(tier, form, family, form.fill(Some(subject), dice), dice);
        case.texts = vec![subject.value.to_owned(); case.texts.len()];
        case
    }

    fn keys(&mut self) -> Vec<Case> {
        let mut dice = self.dice("keys");
        let keys = private_keys(&mut dice);
        let planted = keys.into_iter().map(|(family, text)| {
            let form = self.form(Tier::Key, "block", &mut dice);
            let subject = Subject { name: "PRIVATE_KEY", value: &text };
            self.written(Tier::Key, family, form, &subject, &mut dice)
        });
        planted.collect()
    }

    fn stored(&mut self, template: &Template) -> Case {
        let mut dice = self.dice(&template.name);
        let filled = template.fill(None, &mut dice);
        case(Tier::Store, template, &template.name, filled, &mut dice)
    }

    fn harmless(&mut self, template: &Template) -> Case {
        let mut dice = self.dice(&template.name);
        let filled = template.fill(None, &mut dice);
        case(Tier::Harmless, template, &template.name, filled, &mut dice)
    }

    /// Look-alikes, where no word says that they are secrets.
    fn near_misses(&mut self, row: &Row<'_>) -> Vec<Case> {
        let mut dice = self.dice(row.family);
        let wrong = look_alikes(row, &mut dice).into_iter().map(|(fault, text)| {
            let places = ["prose", "python-positional"];
            let place = *dice.pick(&places);
            let form = self.forms.iter().position(|form| form.name == place).unwrap_or(0);
            let subject = Subject { name: row.name, value: &text };
            let mut case = self.written(Tier::NearMiss, fault, form, &subject, &mut dice);
            case.expected.clear();
            case
        });
        wrong.collect()
    }
}

/// Texts that are almost of the shape: too short, too long, of another alphabet, with another checksum.
fn look_alikes(row: &Row<'_>, dice: &mut Dice) -> Vec<(&'static str, String)> {
    const SUMMED: [&str; 7] = ["gitlab", "atlassian", "grafana", "wif", "xprv", "age", "confluent"];
    let mut wrong = Vec::new();
    let gap = row.shape.rsplit_once('<').and_then(|(_, tail)| tail.split_once('>'));
    let (gap, after) = gap.unwrap_or_default();
    let whole = from_shape(row.shape, dice);
    if gap == "crc" || SUMMED.contains(&gap) {
        wrong.push(("wrong-checksum", with_last_changed(&whole)));
    }
    let is_long =
        gap.get(1..).and_then(|length| length.parse().ok()).is_some_and(|n: usize| n > 15);
    if row.is_exact && is_long && row.shape.starts_with(|first: char| first != '<') {
        let body = whole.len() - after.len();
        wrong.push(("too-short", format!("{}{after}", &whole[..body - 5])));
        wrong.push(("too-long", format!("{}{}{after}", &whole[..body], &whole[body - 5..body])));
        wrong.push(("wrong-alphabet", format!("{}!{}", &whole[..body - 6], &whole[body - 5..])));
    }
    wrong
}

/// The text with another last character of the same class.
fn with_last_changed(text: &str) -> String {
    let (head, last) = text.split_at(text.len() - 1);
    let other = match last {
        "7" => "3",
        "Q" => "P",
        "q" => "p",
        _ if last.chars().all(|last| last.is_ascii_digit()) => "7",
        _ if last.chars().all(|last| last.is_ascii_uppercase()) => "Q",
        _ => "q",
    };
    format!("{head}{other}")
}

fn case(tier: Tier, form: &Template, family: &str, filled: Filled, dice: &mut Dice) -> Case {
    let path = form.filled_path(dice);
    let is_store = tier == Tier::Store || form.is("home");
    let path = match path.strip_prefix('/') {
        Some(path) => path.to_owned(),
        None if is_store || path.starts_with(".bash") || path.starts_with(".zsh") => {
            format!("home/ana/{path}")
        }
        None => format!("home/ana/{}-{}/{path}", dice.word(), dice.word()),
    };
    let texts = filled.secrets.iter().map(|range| filled.text[range.clone()].to_owned()).collect();
    let (content, expected, public) = encoded(form, &filled);
    Case {
        tier,
        family: family.into(),
        form: form.name.clone(),
        path,
        content,
        expected,
        texts,
        public,
    }
}
