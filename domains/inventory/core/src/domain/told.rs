//! What others are told of what is made, changed, deleted and restored, where each event tells the same.

/// A method for each event, which takes the id that it is of.
macro_rules! told {
    (|$self:ident, $id:ident: $kind:ty| $fields:tt $($method:ident $event:ident),+) => {
        $(
            pub fn $method(&$self, $id: $kind) -> $event {
                $event $fields
            }
        )+
    };
}

pub(crate) use told;
