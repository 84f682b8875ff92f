//! Where something is below a schema, and below an object that it describes.

use std::fmt;

use crate::text::{Route, Step};

/// One step down a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Link<'t> {
    /// A property.
    Property(&'t str),
    /// The elements of a list.
    Items,
    /// The values of a mapping whose keys are not known.
    Values,
}

/// The way from the root of a schema down to a node. Shown as in an object: `spec.ports[*].name`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path<'t>(pub Vec<Link<'t>>);

impl Path<'_> {
    /// Returns the way in the manifest, where `schema` is that to the root of the schema.
    pub fn route(&self, schema: &Route) -> Route {
        let mut route = schema.clone();
        for link in &self.0 {
            match link {
                Link::Property(name) => {
                    route.0.extend([Step::Key("properties".to_owned()), Step::Key((*name).to_owned())]);
                }
                Link::Items => route.0.push(Step::Key("items".to_owned())),
                Link::Values => route.0.push(Step::Key("additionalProperties".to_owned())),
            }
        }
        route
    }

    /// Returns whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, link) in self.0.iter().enumerate() {
            match link {
                Link::Property(name) if index == 0 => write!(f, "{name}")?,
                Link::Property(name) => write!(f, ".{name}")?,
                Link::Items | Link::Values => write!(f, "[*]")?,
            }
        }
        Ok(())
    }
}
