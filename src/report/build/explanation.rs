//! What a place was judged by, from the inventory's nouns to the report's.

use crate::model::access::{ListFacts, PathFacts, Way};
use crate::model::explanation::Explanation;
use crate::model::exposure::Truth;
use crate::report::build::Context;
use crate::view::{self, HostPath};

impl Context<'_> {
    /// What a place was judged by.
    pub fn explanation(&self, explanation: &Explanation) -> view::Explanation {
        let Explanation { facts, n_further_ways, .. } = explanation;
        let ways = facts.ways.iter().enumerate();
        view::Explanation {
            ways: ways.map(|(number, way)| self.way(number, way, explanation)).collect(),
            n_further_ways: *n_further_ways,
            n_unmet_names: facts.n_unmet_names,
        }
    }

    fn way(&self, number: usize, way: &Way, explanation: &Explanation) -> view::Way {
        let folders = way.folders.iter().map(|(path, facts)| (path, facts.as_ref()));
        let components = folders.chain([(&way.path, Some(&explanation.facts.target))]);
        let component =
            |(index, (path, facts)): (usize, (&_, Option<&PathFacts>))| view::WayComponent {
                path: HostPath(std::path::PathBuf::clone(path)),
                inode: facts.map(|facts| self.way_inode(facts)),
                answers: self.answers(number, index, explanation),
            };
        view::Way {
            path: HostPath(way.path.clone()),
            components: components.enumerate().map(component).collect(),
        }
    }

    fn way_inode(&self, facts: &PathFacts) -> view::WayInode {
        let PathFacts { inode, access_list } = facts;
        view::WayInode {
            mode: format!("{:04o}", inode.permissions()),
            owner: self.user(inode.uid),
            group: view::Group { gid: inode.gid, name: self.principals.group_name(inode.gid) },
            access_list: match access_list {
                ListFacts::Absent => "none",
                ListFacts::Present(_) => "present",
                ListFacts::Unreadable => "unreadable",
            }
            .into(),
            changed: inode.times.changed.to_string(),
            born: inode.times.born.map(|born| born.to_string()),
        }
    }

    fn answers(&self, way: usize, component: usize, of: &Explanation) -> Vec<view::Answer> {
        let answers = of.passages.iter().filter_map(|passage| {
            let (truth, reason) = passage.ways.get(way)?.get(component)?;
            let passes = match truth {
                Truth::Yes => "yes",
                Truth::Likely => "likely",
                Truth::No => "no",
                Truth::Unknown => "unknown",
            };
            let why = reason.sentence(self.principals);
            Some(view::Answer { user: self.user(passage.uid), passes: passes.into(), why })
        });
        answers.collect()
    }
}
