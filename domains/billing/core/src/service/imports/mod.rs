//! What files bring. How a row is decided is in `domain/`; planning and repeating a batch is the same for every target.

pub mod customer_rows;
pub mod price_rows;

use kernel::FieldError;
use module::RowFault;

/// A target has fields; what is wrong below one is said with its name.
fn row_fault(error: &FieldError) -> RowFault {
    let path = error.pointer.trim_start_matches('/');
    let (field, detail) = match path.split_once('/') {
        Some((field, key)) => {
            let key = key.replace("~1", "/").replace("~0", "~");
            (field, format!("`{key}`: {}", error.detail))
        }
        None => (path, error.detail.clone()),
    };
    RowFault { field: field.to_owned(), rule: error.code.to_string(), detail }
}

fn built_upon(field: &str, detail: &str) -> RowFault {
    RowFault { field: field.to_owned(), rule: "built_upon".to_owned(), detail: detail.to_owned() }
}
