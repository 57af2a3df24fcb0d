//! What a scan says, and which item it is of. It changes nothing.

use crate::App;
use crate::domain::barcode::element_string::Scan;
use crate::domain::barcode::{BarcodeKind, ItemBarcode, Reading, candidates, meant, read};
use crate::domain::item::Item;
use crate::domain::units::UnitName;
use crate::error::Error;
use crate::store;
use data::Tx;
use kernel::{Ctx, Faults, Quantity};

pub struct Scanned {
    /// `None` of an element string, which has more than a code.
    pub kind: Option<BarcodeKind>,
    /// What the item was looked for by.
    pub code: Option<String>,
    /// Of a code alone it has nothing else.
    pub said: Scan,
    pub item: Option<ScannedItem>,
}

pub struct ScannedItem {
    pub item: Item,
    pub barcode: ItemBarcode,
    /// How much of the item the scan means, in its unit. `None` where that cannot be said.
    pub quantity: Option<Quantity>,
    /// As in [`InItemUnit`](crate::domain::units::InItemUnit).
    pub rounding: Option<String>,
    /// Why there is no quantity.
    pub unknown_because: Option<String>,
}

pub async fn read_scan(app: &App, ctx: &Ctx, text: &str) -> Result<Scanned, Error> {
    let tx = app.databases.read(ctx).await?;
    // A tenant's own code means what they say of it, be it like something else.
    if let Some(barcode) = store::item_barcode::with_code(&tx, &candidates(text)).await? {
        let (kind, code) = (Some(barcode.fields.kind), Some(barcode.fields.code.clone()));
        let said = Scan::default();
        let item = scanned_item(&tx, barcode, &said).await?;
        return Ok(Scanned { kind, code, said, item });
    }
    let (kind, code, said) = match read(text, ctx.now().date_naive()) {
        Ok(Reading::Code(code)) => (Some(code.kind()), Some(code.as_str().to_owned()), Scan::default()),
        Ok(Reading::Elements(scan)) => {
            let gtin = scan.gtin.as_ref().map(|gtin| gtin.as_str().to_owned());
            let sscc = scan.sscc.as_ref().map(|sscc| sscc.as_str().to_owned());
            (None, gtin.or(sscc), *scan)
        }
        Err(error) => {
            let mut faults = Faults::new();
            faults.add("/code", error.code(), error.to_string());
            return Err(Error::invalid(faults.into_errors()));
        }
    };
    let found = match &code {
        // A code alone was looked for above.
        Some(code) if kind.is_none() => {
            store::item_barcode::with_code(&tx, std::slice::from_ref(code)).await?
        }
        _ => None,
    };
    let item = match found {
        Some(barcode) => scanned_item(&tx, barcode, &said).await?,
        None => None,
    };
    Ok(Scanned { kind, code, said, item })
}

async fn scanned_item(tx: &Tx, barcode: ItemBarcode, said: &Scan) -> Result<Option<ScannedItem>, Error> {
    let Some(found) = store::item::find(tx, barcode.item).await? else { return Ok(None) };
    let (_, conversions) = store::item_conversion::find(tx, barcode.item).await?;
    let of_item = UnitName::of(&found.item.fields.unit);
    let of_code = barcode.fields.unit.as_deref().map_or_else(|| of_item.clone(), UnitName::of);
    let converted = match meant(said, barcode.fields.quantity, of_code) {
        Ok((quantity, unit)) => {
            conversions.convert(quantity, &unit, &of_item).map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    let item = found.item;
    Ok(Some(match converted {
        Ok(converted) => {
            let (quantity, rounding) = (Some(converted.quantity), converted.rounding());
            ScannedItem { item, barcode, quantity, rounding, unknown_because: None }
        }
        Err(why) => ScannedItem { item, barcode, quantity: None, rounding: None, unknown_because: Some(why) },
    }))
}
