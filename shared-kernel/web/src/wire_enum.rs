//! The closed sets of a domain as the document shows them.

/// Declares an enum with the names of a domain's own, and the ways from either to the other. It compiles only
/// while both have the same names.
#[macro_export]
macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident = $of:ty { $($(#[$note:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, ::serde::Serialize, ::serde::Deserialize, ::utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$note])* $variant),+
        }

        impl From<$name> for $of {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$variant => Self::$variant),+
                }
            }
        }

        impl From<$of> for $name {
            fn from(value: $of) -> Self {
                match value {
                    $(<$of>::$variant => Self::$variant),+
                }
            }
        }
    };
}
