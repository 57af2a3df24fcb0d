//! The report of a month's invoices.

use crate::house::{Client, House};
use chrono::Duration;
use module::{Cell, ReadReport, ReportError, ReportPage};
use std::collections::BTreeMap;
use testkit::{Stage, both};

async fn read(client: &Client<'_>, month: &str, cursor: Option<String>) -> Result<ReportPage, ReportError> {
    let request = ReadReport {
        report: "billing.invoices_of_a_month".to_owned(),
        parameters: BTreeMap::from([("month".to_owned(), month.to_owned())]),
        cursor,
    };
    client.house.report.read(&client.ctx(), request).await
}

both!(
    async fn a_month_is_read_page_by_page(stage: Stage) {
        let house = House::new(stage).await;
        let (client, neighbour) = (house.tenant(), house.tenant());
        let foreign = neighbour.draft(1, "USD").await;
        neighbour.finalize(&foreign).await;
        client.draft(1, "USD").await;
        for _ in 0..203 {
            let draft = client.draft(123_450, "USD").await;
            assert_eq!(client.finalize(&draft).await.status, 200);
        }
        house.stage.clock.advance(Duration::days(20));
        let next_month = client.draft(5, "JPY").await;
        client.finalize(&next_month).await;

        let first = read(&client, "2026-01", None).await.unwrap();
        let second = read(&client, "2026-01", first.next_cursor.clone()).await.unwrap();
        assert_eq!((first.rows.len(), second.rows.len(), &second.next_cursor), (200, 3, &None));
        let number = |row: &Vec<Cell>| match &row[0] {
            Cell::Text(number) => number.clone(),
            other => panic!("{other:?} is no number"),
        };
        let mut numbers: Vec<_> = first.rows.iter().chain(&second.rows).map(number).collect();
        numbers.sort();
        let expected: Vec<_> = (1..=203).map(|number| format!("INV-{number:06}")).collect();
        assert_eq!(numbers, expected);
        let text = |text: &str| Cell::Text(text.to_owned());
        let row = [text("2026-01-15T12:00:00Z"), text("Alfreds Futterkiste"), text("USD")];
        assert_eq!(first.rows[0][1..4], row);
        assert_eq!(first.rows[0][4], Cell::Number("1234.50".to_owned()));
        let february = read(&client, "2026-02", None).await.unwrap();
        assert_eq!((february.rows.len(), &february.rows[0][4]), (1, &Cell::Number("5".to_owned())));
        assert!(read(&client, "2026-03", None).await.unwrap().rows.is_empty());
    }
);

both!(
    async fn a_wrong_request_is_refused(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let bad = |answer: Result<ReportPage, ReportError>| match answer {
            Err(ReportError::BadParameter { parameter, .. }) => parameter,
            other => panic!("{other:?}"),
        };
        assert_eq!(bad(read(&client, "January", None).await), "month");
        assert_eq!(bad(read(&client, "2026-01", Some("x".to_owned())).await), "cursor");
        let parameters = BTreeMap::from([("month".to_owned(), "2026-01".to_owned())]);
        let mut request =
            ReadReport { report: "billing.invoices_of_a_month".to_owned(), parameters, cursor: None };
        let nobody = client.tenant.ctx(&[]);
        let refused = house.report.read(&nobody, request.clone()).await;
        assert!(matches!(refused, Err(ReportError::Forbidden)), "{refused:?}");
        request.report = "billing.other".to_owned();
        let unknown = house.report.read(&client.ctx(), request).await;
        assert!(matches!(unknown, Err(ReportError::UnknownReport)), "{unknown:?}");
    }
);
