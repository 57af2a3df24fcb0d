//! Rows that have no key: lines of documents, as sales are. The target is the test's own; what plans, repeats and
//! undoes it is what every target has, on inventory's tables.

use crate::house::{House, house};
use async_trait::async_trait;
use data::{Tx, Unit};
use inventory::PERMISSIONS;
use kernel::Ctx;
use module::{
    BatchOf, BatchOutcome, CloseBatch, Decision, ExecuteBatch, ExportedRows, Identity, ImportId, ImportRow,
    ImportTarget, Made, PlanBatch, RowFault, RowOutcome, RowTarget, TargetSpec, UndoBatch, import_offer,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use testkit::Stage;
use uuid::Uuid;

/// Documents by name, each with its lines.
type Books = Arc<Mutex<BTreeMap<String, Vec<(Uuid, String)>>>>;

#[derive(Clone, Default)]
struct Lines {
    books: Books,
    /// What lines say on which something is built.
    built_upon: Arc<Mutex<BTreeSet<String>>>,
}

/// A document takes three lines at most.
#[derive(Clone, Serialize, Deserialize)]
struct Document {
    lines: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Line {
    id: Uuid,
    document: String,
    text: String,
}

#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Broken(#[from] data::Error);

#[async_trait]
impl RowTarget for Lines {
    type Thing = Document;
    type Beside = ();
    type Change = Line;
    type Error = Broken;

    fn identify(&self, row: &ImportRow) -> Option<Identity> {
        let document = row.values.get("document")?;
        Some(Identity::line(document, document, &row.values))
    }

    async fn read(
        &self,
        _: &mut Unit,
        _: &Ctx,
        names: &BTreeSet<String>,
    ) -> Result<HashMap<String, Document>, Broken> {
        let books = self.books.lock().unwrap();
        let found = names.iter().filter_map(|name| Some((name.clone(), books.get(name)?.len())));
        Ok(found.map(|(name, lines)| (name, Document { lines })).collect())
    }

    async fn read_beside(
        &self,
        _: &mut Unit,
        _: &Ctx,
        rows: &[ImportRow],
        _: &HashMap<String, Document>,
    ) -> Result<Vec<()>, Broken> {
        Ok(vec![(); rows.len()])
    }

    fn decide(
        &self,
        row: &ImportRow,
        id: Uuid,
        thing: Option<&Document>,
        (): &(),
    ) -> Decision<Document, Line> {
        let lines = thing.map_or(0, |document| document.lines);
        if lines >= 3 {
            let (field, rule) = ("document".to_owned(), "full".to_owned());
            return Decision::refuse(vec![RowFault { field, rule, detail: "is full".to_owned() }]);
        }
        let (document, text) = (row.values["document"].clone(), row.values["text"].clone());
        let made = Decision::create(id, Line { id, document, text });
        Decision { after: Some(Document { lines: lines + 1 }), ..made }
    }

    async fn write(&self, _: &mut Unit, _: &Ctx, _: BatchOf, made: &[Made<Line>]) -> Result<(), Broken> {
        let mut books = self.books.lock().unwrap();
        for Made { change, .. } in made {
            books.entry(change.document.clone()).or_default().push((change.id, change.text.clone()));
        }
        Ok(())
    }

    async fn undo(
        &self,
        _: &mut Unit,
        _: &Ctx,
        _: BatchOf,
        made: &[Made<Line>],
    ) -> Result<Vec<Option<RowFault>>, Broken> {
        let (mut books, built_upon) = (self.books.lock().unwrap(), self.built_upon.lock().unwrap());
        let mut told = Vec::new();
        for Made { change, .. } in made {
            let lines = books.entry(change.document.clone()).or_default();
            let there = lines.len();
            if !built_upon.contains(&change.text) {
                lines.retain(|(id, _)| *id != change.id);
            }
            let (field, rule) = ("text".to_owned(), "built_upon".to_owned());
            let detail = "is in use, or gone already".to_owned();
            told.push((lines.len() == there).then_some(RowFault { field, rule, detail }));
        }
        Ok(told)
    }

    async fn export(&self, _: &Tx, _: &Ctx, _: Option<&str>, _: usize) -> Result<ExportedRows, Broken> {
        Ok(ExportedRows { rows: Vec::new(), next: None })
    }
}

struct Files {
    house: House,
    lines: Lines,
    target: Arc<dyn ImportTarget>,
}

impl Files {
    async fn new(stage: Stage) -> Self {
        let (house, lines) = (house(stage).await, Lines::default());
        let spec = TargetSpec {
            name: "test.lines",
            title: "Lines",
            permission: &PERMISSIONS[0],
            read_permission: &PERMISSIONS[0],
            key: &[],
            fields: Vec::new(),
        };
        let target = import_offer(house.databases.clone(), spec, lines.clone()).target;
        Self { house, lines, target }
    }

    /// A file of `document text` lines in batches of two, imported; how each line ended.
    async fn import(&self, number: u128, file: &[&str]) -> Vec<String> {
        self.carry_out(number, None, file).await
    }

    async fn carry_out(&self, number: u128, plan: Option<u128>, file: &[&str]) -> Vec<String> {
        let mut ended = Vec::new();
        for (batch, rows) in (0..).zip(batches(file)) {
            let (target, import, plan) = ("test.lines".to_owned(), import(number), plan.map(import));
            let request = ExecuteBatch { target, import, plan, batch, rows };
            let first = self.target.execute(&self.house.owner, request.clone()).await.unwrap();
            // Asked again, as after a crash.
            assert_eq!(self.target.execute(&self.house.owner, request).await.unwrap(), first);
            ended.extend(told(&first));
        }
        ended
    }

    async fn plan(&self, number: u128, file: &[&str]) -> Vec<String> {
        let mut ended = Vec::new();
        for (batch, rows) in (0..).zip(batches(file)) {
            let request = PlanBatch { target: "test.lines".to_owned(), import: import(number), batch, rows };
            ended.extend(told(&self.target.plan(&self.house.owner, request).await.unwrap()));
        }
        ended
    }

    /// So many batches, the last one first.
    async fn undo(&self, number: u128, batches: u32) {
        for batch in (0..batches).rev() {
            assert_eq!(self.stays(number, batch, None).await, Vec::<u64>::new());
        }
    }

    /// The lines that stay where a batch is undone by this asking.
    async fn stays(&self, number: u128, batch: u32, asked: Option<u128>) -> Vec<u64> {
        let (target, import) = ("test.lines".to_owned(), import(number));
        let request = UndoBatch { target, import, batch, asked: asked.map(Uuid::from_u128) };
        let undone = self.target.undo(&self.house.owner, request.clone()).await.unwrap();
        // Asked again, as after a crash.
        assert_eq!(self.target.undo(&self.house.owner, request).await.unwrap(), undone);
        undone.rows.iter().filter(|row| row.kept.is_some()).map(|row| row.line).collect()
    }

    /// Something is built on what these lines say, and on nothing else.
    fn build_upon(&self, lines: &[&str]) {
        *self.lines.built_upon.lock().unwrap() = lines.iter().map(|text| (*text).to_owned()).collect();
    }

    /// All lines there are, as `document text`.
    fn all(&self) -> Vec<String> {
        let books = self.lines.books.lock().unwrap();
        let lines = books.iter().flat_map(|(name, lines)| lines.iter().map(move |(_, text)| (name, text)));
        let mut all: Vec<_> = lines.map(|(name, text)| format!("{name} {text}")).collect();
        all.sort();
        all
    }
}

fn import(number: u128) -> ImportId {
    ImportId::from_uuid(Uuid::from_u128(number))
}

fn batches(file: &[&str]) -> Vec<Vec<ImportRow>> {
    let row = |(line, text): (u64, &&str)| {
        let (document, text) = text.split_once(' ').unwrap();
        let values = [("document", document), ("text", text)];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        ImportRow { line, values, corrects: None }
    };
    let rows: Vec<_> = (2..).zip(file).map(row).collect();
    rows.chunks(2).map(<[ImportRow]>::to_vec).collect()
}

fn told(outcome: &BatchOutcome) -> Vec<String> {
    let row = |row: &RowOutcome| match row {
        RowOutcome::Created { id } => format!("created {id}"),
        RowOutcome::Updated { .. } => "updated".to_owned(),
        RowOutcome::Unchanged { .. } => "unchanged".to_owned(),
        RowOutcome::Refused { faults } => faults[0].rule.clone(),
    };
    outcome.rows.iter().map(row).collect()
}

fn created(ended: &[String]) -> usize {
    ended.iter().filter(|ended| ended.starts_with("created")).count()
}

/// The first document has the same line twice, in two batches; both are real.
const FILE: [&str; 5] = ["1 tea", "2 rice", "1 tea", "1 salt", "2 oil"];

testkit::both! {
    async fn honest_repeats_go_in_and_the_same_lines_again_do_not(stage: Stage) {
        let files = Files::new(stage).await;
        assert_eq!(created(&files.import(1, &FILE).await), 5);
        let all = files.all();
        assert_eq!(all, ["1 salt", "1 tea", "1 tea", "2 oil", "2 rice"]);
        let shuffled = ["2 oil", "1 tea", "1 tea", "2 rice", "1 salt"];
        for (number, again) in [&FILE[..], &shuffled, &FILE[2..], &FILE[3..]].into_iter().enumerate() {
            let ended = files.import(2 + number as u128, again).await;
            assert!(ended.iter().all(|ended| ended == "unchanged"), "{again:?}: {ended:?}");
        }
        // A file that overlaps brings what is new in it, the second of a line too.
        let ended = files.import(9, &["2 rice", "2 rice", "3 tea"]).await;
        assert_eq!((created(&ended), ended[0].as_str()), (2, "unchanged"));
        assert_eq!(files.all().len(), 7);
    }
}

testkit::both! {
    async fn a_plan_knows_the_earlier_rows_of_its_file(stage: Stage) {
        let files = Files::new(stage).await;
        let file = ["1 a", "1 b", "1 b", "1 c", "2 a"];
        let planned = files.plan(1, &file).await;
        assert_eq!(created(&planned), 4);
        assert_eq!(planned[3], "full");
        assert_eq!(files.all(), Vec::<String>::new());
        assert_eq!(files.carry_out(2, Some(1), &file).await, planned, "row by row, with the ids that were planned");
        assert_eq!(files.all(), ["1 a", "1 b", "1 b", "2 a"]);
    }
}

testkit::both! {
    async fn what_is_undone_may_come_again(stage: Stage) {
        let files = Files::new(stage).await;
        files.import(1, &FILE[..2]).await;
        files.import(2, &FILE).await;
        assert_eq!(files.all().len(), 5);
        files.undo(2, 3).await;
        // Those of the first import are not of this one.
        assert_eq!(files.all(), ["1 tea", "2 rice"]);
        assert_eq!(created(&files.import(3, &FILE).await), 3);
        // The neighbour has imported nothing.
        let rows = batches(&FILE[1..2]).remove(0);
        let request = ExecuteBatch { target: "test.lines".to_owned(), import: import(4), plan: None, batch: 0, rows };
        let outcome = files.target.execute(&files.house.neighbour, request).await.unwrap();
        assert_eq!(created(&told(&outcome)), 1);
    }
}

testkit::both! {
    async fn what_stays_is_counted_from_the_first(stage: Stage) {
        let files = Files::new(stage).await;
        for number in 1..=3 {
            let file = vec!["1 tea"; number];
            assert_eq!(created(&files.import(number as u128, &file).await), 1);
        }
        // Of three that say the same the first two go, one after the other.
        files.undo(1, 1).await;
        assert_eq!(files.import(4, &["1 tea", "1 tea"]).await, ["unchanged", "unchanged"]);
        files.undo(2, 1).await;
        assert_eq!(files.import(5, &["1 tea"]).await, ["unchanged"]);
        let ended = files.import(6, &["1 tea", "1 tea"]).await;
        assert_eq!((created(&ended), ended[0].as_str()), (1, "unchanged"));
        // Each import is undone of its own still.
        files.undo(3, 2).await;
        files.undo(6, 1).await;
        assert_eq!(files.all(), Vec::<String>::new());
        assert_eq!(created(&files.import(7, &["1 tea"]).await), 1);
    }
}

testkit::both! {
    async fn another_asking_takes_back_what_stayed_and_is_free_by_then(stage: Stage) {
        let files = Files::new(stage).await;
        let file = ["1 tea", "1 rice", "2 tea", "2 salt", "2 oil"];
        assert_eq!(created(&files.import(1, &file).await), 5);
        files.build_upon(&["tea", "salt"]);
        let nothing: Vec<u64> = Vec::new();
        for (batch, stay) in [(2, vec![]), (1, vec![5, 4]), (0, vec![2])] {
            assert_eq!(files.stays(1, batch, Some(1)).await, stay, "batch {batch}");
        }
        assert_eq!(files.all(), ["1 tea", "2 salt", "2 tea"]);
        // What went comes in again by another import, whose it is then.
        assert_eq!(created(&files.import(2, &file).await), 2);
        let all = files.all();
        files.build_upon(&["tea"]);
        assert_eq!(files.stays(1, 1, Some(1)).await, [5, 4], "the same asking has had its answer");
        assert_eq!(files.stays(1, 1, None).await, [5, 4], "and who names none gets the last one");
        assert_eq!(files.all(), all);
        for (batch, stay) in [(2, vec![]), (1, vec![4]), (0, vec![2])] {
            assert_eq!(files.stays(1, batch, Some(2)).await, stay, "batch {batch}");
        }
        assert_eq!(files.all(), ["1 rice", "1 tea", "2 oil", "2 tea"]);
        files.build_upon(&[]);
        for batch in [2, 1, 0] {
            assert_eq!(files.stays(1, batch, Some(3)).await, nothing, "batch {batch}");
        }
        assert_eq!(files.all(), ["1 rice", "2 oil"]);
        // A line that was taken back late is as unknown as the others.
        let again = files.import(3, &file).await;
        assert_eq!((created(&again), again[1].as_str(), again[4].as_str()), (3, "unchanged", "unchanged"));
    }
}

testkit::both! {
    async fn repeats_are_counted_through_all_batches(stage: Stage) {
        let files = Files::new(stage).await;
        let file = ["1 a", "2 a", "1 a", "2 a", "1 a", "2 a", "2 a", "1 a", "3 a", "2 a"];
        let planned = files.plan(1, &file).await;
        assert_eq!(created(&planned), 7);
        assert_eq!([&planned[6], &planned[7], &planned[9]], ["full"; 3]);
        assert_eq!(files.carry_out(2, Some(1), &file).await, planned);
        let again = files.import(3, &file).await;
        assert_eq!(again.iter().filter(|ended| *ended == "unchanged").count(), 7);
        assert_eq!(created(&again), 0);
    }
}

testkit::both! {
    async fn a_batch_that_was_undone_first_is_never_carried_out(stage: Stage) {
        let files = Files::new(stage).await;
        files.undo(1, 1).await;
        let rows = batches(&FILE).remove(0);
        let (target, import) = ("test.lines".to_owned(), import(1));
        let request = ExecuteBatch { target, import, plan: None, batch: 0, rows };
        // As many answers as rows would say that they went in.
        let late = files.target.execute(&files.house.owner, request).await.unwrap();
        assert_eq!((late.rows, files.all()), (Vec::new(), Vec::new()));
    }
}

testkit::both! {
    async fn a_batch_that_is_closed_says_what_it_came_to_or_is_never_carried_out(stage: Stage) {
        let files = Files::new(stage).await;
        let went_in = files.import(1, &FILE[..2]).await;
        let close = |batch| CloseBatch { target: "test.lines".to_owned(), import: import(1), batch };
        // As the domain asks it, which has no permission of its own.
        let nobody = files.house.who_may(|_| false);
        for (batch, expected) in [(0, went_in), (1, Vec::new())] {
            for _ in 0..2 {
                let closed = files.target.close(&nobody, close(batch)).await.unwrap();
                assert_eq!(told(&closed), expected, "batch {batch}");
            }
        }
        let (target, rows) = ("test.lines".to_owned(), batches(&FILE).remove(1));
        let request = ExecuteBatch { target, import: import(1), plan: None, batch: 1, rows };
        let late = files.target.execute(&files.house.owner, request).await.unwrap();
        assert_eq!((late.rows, files.all()), (Vec::new(), vec!["1 tea".to_owned(), "2 rice".to_owned()]));
        // The neighbour's import of the same number is another.
        let theirs = files.target.close(&files.house.neighbour, close(0)).await.unwrap();
        assert_eq!(theirs.rows, Vec::new());
    }
}
