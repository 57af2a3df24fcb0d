//! Whether a domain's tables are as it declares them: every statement by which they are taken along and erased runs, on
//! the backend at hand.

use crate::Stage;
use data::tables::{KERNEL_TABLES, Of, Table};
use module::{ArchiveOffer, ArchivePerson, CountRows, EraseFiles, ErasePerson, EraseRows, ReadRows};

pub async fn check_archive(stage: &Stage, domain: &'static str, tables: &'static [Table]) {
    let offer = ArchiveOffer::new(stage.platform(domain).await.databases, tables);
    let tenant = stage.tenant();
    let ctx = tenant.ctx(&[]);
    let person = ArchivePerson {
        id: tenant.owner,
        address: Some("Ada@example.com".to_owned()),
        address_until: Some(ctx.now()),
        name: Some("Ada \"100%\" Lovelace".to_owned()),
    };
    for table in tables.iter().chain(KERNEL_TABLES) {
        let name = || table.name.to_owned();
        for of in [None, Some(person.clone())] {
            let read = offer.archive.read(&ctx, ReadRows { table: name(), of, after: None }).await;
            let page = read.unwrap_or_else(|error| panic!("{domain}.{} is not read: {error:?}", table.name));
            assert!(page.rows.is_empty() && page.next.is_none(), "a tenant that has nothing: {page:?}");
        }
        let counted = offer.archive.count(&ctx, CountRows { table: name() }).await;
        assert_eq!(counted.expect("counts").rows, 0, "{domain}.{}", table.name);
        let erased =
            offer.archive.erase_person(&ctx, ErasePerson { table: name(), person: person.clone() }).await;
        assert_eq!(erased.expect("erases a person").rows, 0, "{domain}.{}", table.name);
        if table.of != Of::Platform {
            let erased = offer.archive.erase_rows(&ctx, EraseRows { table: name() }).await;
            let erased = erased.unwrap_or_else(|error| panic!("{domain}.{}: {error:?}", table.name));
            assert!(erased.rows == 0 && !erased.more, "{domain}.{}", table.name);
        }
    }
    assert!(
        offer
            .archive
            .read(&ctx, ReadRows { table: "nothing".to_owned(), of: None, after: None })
            .await
            .is_err()
    );
    assert_eq!(offer.archive.erase_files(&ctx, EraseFiles {}).await.expect("no files").rows, 0);
}
