//! Values that are not what they should be: none, unless somebody wrote around this crate.

use data::{Tx, sql};
use inventory_contract::ItemId;
use kernel::Quantity;
use sea_orm::FromQueryResult;
use std::fmt;

/// What is kept beside what it should equal. Values are whole minor units and the millionths above them.
#[derive(Debug, PartialEq, Eq)]
pub enum ValueDrift {
    Entry(EntryDrift),
    Item(ItemValueDrift),
    Layers(LayerDrift),
}

/// An entry that is not the one before it and its change. The first of an item follows nothing.
#[derive(Debug, PartialEq, Eq, FromQueryResult)]
pub struct EntryDrift {
    pub item_id: ItemId,
    pub sequence: i64,
    pub stock_quantity: Quantity,
    pub stock_minor: i64,
    pub stock_millionths: i64,
}

/// An item's value that is not its last entry's, or of another quantity than its balance is.
#[derive(Debug, PartialEq, Eq, FromQueryResult)]
pub struct ItemValueDrift {
    pub item_id: ItemId,
    pub on_hand: Quantity,
    pub balance: Quantity,
    pub valued: Quantity,
    pub value_minor: i64,
    pub stock_minor: i64,
    pub value_millionths: i64,
    pub stock_millionths: i64,
}

/// Layers that do not add up to their item's value.
#[derive(Debug, PartialEq, Eq, FromQueryResult)]
pub struct LayerDrift {
    pub item_id: ItemId,
    pub on_hand: Quantity,
    pub in_layers: Quantity,
    pub value_minor: i64,
    pub layers_minor: i64,
    pub value_millionths: i64,
    pub layers_millionths: i64,
}

impl fmt::Display for ValueDrift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(of) => write!(
                f,
                "value entry {} of item {}: it does not follow from the one before it and its change; it says {} worth {} \
                 and {} millionths",
                of.sequence, of.item_id, of.stock_quantity, of.stock_minor, of.stock_millionths
            ),
            Self::Item(of) => write!(
                f,
                "value of item {}: {} on hand worth {} and {} millionths, its last entry says {} worth {} and {}; {} on \
                 hand by its balance",
                of.item_id,
                of.on_hand,
                of.value_minor,
                of.value_millionths,
                of.valued,
                of.stock_minor,
                of.stock_millionths,
                of.balance
            ),
            Self::Layers(of) => write!(
                f,
                "cost layers of item {}: {} worth {} and {} millionths, its value says {} worth {} and {}",
                of.item_id,
                of.in_layers,
                of.layers_minor,
                of.layers_millionths,
                of.on_hand,
                of.value_minor,
                of.value_millionths
            ),
        }
    }
}

/// The first hundred of each kind.
pub async fn find(tx: &Tx) -> Result<Vec<ValueDrift>, data::Error> {
    let entries = of_entries(tx).await?;
    let items = of_items(tx).await?;
    let layers = of_layers(tx).await?;
    let items = items.into_iter().map(ValueDrift::Item);
    let layers = layers.into_iter().map(ValueDrift::Layers);
    Ok(entries.into_iter().map(ValueDrift::Entry).chain(items).chain(layers).collect())
}

/// Each beside the one before it, so that all of them together are the sum from the first.
async fn of_entries(tx: &Tx) -> Result<Vec<EntryDrift>, data::Error> {
    let rows = tx.sql(sql!(
        "SELECT item_id, sequence, stock_quantity, stock_minor, stock_millionths FROM ( \
         SELECT item_id, sequence, quantity, value_minor, value_millionths, recorded_at, \
         stock_quantity, stock_minor, stock_millionths, \
         COALESCE(LAG(sequence) OVER one, 0) AS last_sequence, \
         COALESCE(LAG(stock_quantity) OVER one, 0) AS last_quantity, \
         COALESCE(LAG(stock_minor) OVER one, 0) AS last_minor, \
         COALESCE(LAG(stock_millionths) OVER one, 0) AS last_millionths, \
         COALESCE(LAG(recorded_at) OVER one, recorded_at) AS last_recorded_at \
         FROM value_entries WHERE tenant_id = $1 \
         WINDOW one AS (PARTITION BY item_id ORDER BY sequence)) AS entries \
         WHERE sequence <> last_sequence + 1 OR last_recorded_at > recorded_at \
         OR stock_quantity <> last_quantity + quantity \
         OR stock_millionths <> (last_millionths + value_millionths) % 1000000 \
         OR stock_minor <> last_minor + value_minor + (last_millionths + value_millionths) / 1000000 \
         ORDER BY item_id, sequence LIMIT 100"
    ));
    rows.all().await
}

async fn of_items(tx: &Tx) -> Result<Vec<ItemValueDrift>, data::Error> {
    let rows = tx.sql(sql!(
        "SELECT * FROM (SELECT v.item_id, v.on_hand, v.value_minor, v.value_millionths, \
         (SELECT l.on_hand FROM stock_levels l WHERE l.tenant_id = v.tenant_id AND l.item_id = v.item_id) \
         AS balance, COALESCE(e.stock_quantity, 0) AS valued, COALESCE(e.stock_minor, 0) AS stock_minor, \
         COALESCE(e.stock_millionths, 0) AS stock_millionths, \
         (SELECT COUNT(*) FROM value_entries n WHERE n.tenant_id = v.tenant_id AND n.item_id = v.item_id) \
         - v.next_sequence + 1 AS uncounted \
         FROM item_values v LEFT JOIN value_entries e ON e.tenant_id = v.tenant_id AND e.item_id = v.item_id \
         AND e.sequence = v.next_sequence - 1 WHERE v.tenant_id = $1) AS items \
         WHERE on_hand <> balance OR on_hand <> valued OR value_minor <> stock_minor \
         OR value_millionths <> stock_millionths OR uncounted <> 0 ORDER BY item_id LIMIT 100"
    ));
    rows.all().await
}

/// Of an item that is not valued in layers there are none.
async fn of_layers(tx: &Tx) -> Result<Vec<LayerDrift>, data::Error> {
    let rows = tx.sql(sql!(
        "SELECT item_id, on_hand, in_layers, value_minor, value_millionths, \
         layers_minor + layers_millionths / 1000000 AS layers_minor, \
         layers_millionths % 1000000 AS layers_millionths FROM ( \
         SELECT v.item_id, \
         CASE WHEN i.costing = 'fifo' AND v.on_hand > 0 THEN v.on_hand ELSE 0 END AS on_hand, \
         CASE WHEN i.costing = 'fifo' AND v.on_hand > 0 THEN v.value_minor ELSE 0 END AS value_minor, \
         CASE WHEN i.costing = 'fifo' AND v.on_hand > 0 THEN v.value_millionths ELSE 0 END AS value_millionths, \
         CAST(COALESCE(SUM(c.quantity), 0) AS BIGINT) AS in_layers, \
         CAST(COALESCE(SUM(c.value_minor), 0) AS BIGINT) AS layers_minor, \
         CAST(COALESCE(SUM(c.value_millionths), 0) AS BIGINT) AS layers_millionths \
         FROM item_values v JOIN items i ON i.tenant_id = v.tenant_id AND i.public_id = v.item_id \
         LEFT JOIN cost_layers c ON c.tenant_id = v.tenant_id AND c.item_id = v.item_id \
         WHERE v.tenant_id = $1 GROUP BY v.item_id, v.on_hand, v.value_minor, v.value_millionths, i.costing) \
         AS sums WHERE on_hand <> in_layers \
         OR value_minor <> layers_minor + layers_millionths / 1000000 \
         OR value_millionths <> layers_millionths % 1000000 ORDER BY item_id LIMIT 100"
    ));
    rows.all().await
}
