//! How mail leaves: as files or by SMTP, once, and what becomes of it when it does not.

use crate::house::House;
use crate::mail_server::MailServer;
use jobs::{Filter, JobFailure, Status};
use serde_json::Value;
use std::time::Duration;
use testkit::{Stage, both, eventually};

const FROM: &str = "Insula <no-reply@insula.test>";

both!(
    async fn a_mail_is_one_file_however_often_it_is_sent(stage: Stage) {
        let house = House::new(&stage).await;
        house.queue("ada@x.test").await;
        house.send().await.unwrap();
        let email = &house.emails().await[0];
        assert_eq!((&email["status"], &email["attempts"]), (&"sent".into(), &1.into()), "{email}");
        assert!(email["sent_at"].is_string(), "{email}");
        let files = house.files();
        let id = email["id"].as_str().unwrap();
        assert_eq!(files.len(), 1, "{files:?}");
        assert_eq!(files[0].0, format!("20260115T120000-{id}.eml"));
        let text = &files[0].1;
        for line in [
            "From: Insula <no-reply@insula.test>",
            "To: ada@x.test",
            "Subject: Confirm your e-mail address",
            "Auto-Submitted: auto-generated",
            &format!("Message-ID: <{id}@insula.test>"),
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
        assert!(text.contains("\r\nDate: Thu, 15 Jan 2026 12:00:00 "), "{text}");
        assert!(!house.has_params().await, "the link is kept after it was sent");

        std::fs::remove_file(house.folder.join(&files[0].0)).unwrap();
        house.send().await.unwrap();
        assert!(house.files().is_empty(), "a mail that was sent is sent again");
        assert_eq!(&house.emails().await[0], email);
    }
);

both!(
    async fn a_mail_goes_to_the_server(stage: Stage) {
        let server = MailServer::start().await;
        let house = House::with(&stage, Some(server.url.clone()), FROM).await;
        house.queue("ada@x.test").await;
        house.send().await.unwrap();
        house.send().await.unwrap();
        let mails = server.mails();
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert!(mails[0].from.starts_with("MAIL FROM:<no-reply@insula.test>"), "{mails:?}");
        assert!(mails[0].to.starts_with("RCPT TO:<ada@x.test>"), "{mails:?}");
        let id = house.emails().await[0]["id"].as_str().unwrap().to_owned();
        let content = &mails[0].content;
        assert!(content.contains(&format!("Message-ID: <{id}@insula.test>\n")), "{content}");
        assert!(content.contains("\nhttp://insula.test/verify-email?token=vt_a%2Bb%2Fc%3D\n"), "{content}");
        assert!(house.files().is_empty());

        stage.clock.advance(chrono::TimeDelta::seconds(1));
        house.tell(house.new_message(), &house.verification("zoe@x.test", "Zoë")).await.unwrap();
        house.send().await.unwrap();
        let content = &server.mails()[1].content;
        assert!(content.contains("\nContent-Transfer-Encoding: quoted-printable\n"), "{content}");
        assert!(content.contains("Hello Zo=C3=AB,"), "{content}");
        assert!(content.replace("=\n", "").contains("/verify-email?token=3Dvt_a%2Bb%2Fc%3D\n"), "{content}");
    }
);

both!(
    async fn refusals_of_the_server_end_as_they_should(stage: Stage) {
        let server = MailServer::start().await;
        let house = House::with(&stage, Some(server.url.clone()), FROM).await;
        let check = async |reply: &'static str, dead: bool, status: &str, error: &str| {
            server.answer_recipients(Some(reply));
            stage.clock.advance(chrono::TimeDelta::seconds(1));
            house.queue("ada@x.test").await;
            let failure = house.send().await.unwrap_err();
            assert_eq!(matches!(failure, JobFailure::Permanent(_)), dead, "{reply}: {failure:?}");
            assert_eq!(matches!(failure, JobFailure::Retry(_)), !dead, "{reply}: {failure:?}");
            let email = &house.emails().await[0];
            assert_eq!((email["status"].as_str(), &email["attempts"]), (Some(status), &1.into()), "{email}");
            assert!(email["last_error"].as_str().unwrap().contains(error), "{email}");
            assert!(house.has_params().await, "{email}");
        };
        check("550 5.1.1 no such user", true, "failed", "no such user").await;
        check("554 5.7.1 we do not like you", true, "failed", "do not like").await;
        check("451 4.7.1 try again later", false, "queued", "try again later").await;
        check("530 5.7.0 authenticate first", false, "queued", "credentials").await;

        server.answer_recipients(None);
        house.send().await.unwrap();
        let email = &house.emails().await[0];
        assert_eq!((email["status"].as_str(), &email["attempts"]), (Some("sent"), &2.into()), "{email}");
        assert_eq!(email["last_error"], Value::Null);
        assert_eq!(server.mails().len(), 1);
    }
);

both!(
    async fn an_address_cannot_smuggle_a_header_in(stage: Stage) {
        let house = House::new(&stage).await;
        for address in
            ["ada@x.test\r\nBcc: all@x.test", "ada@x.test, all@x.test", "<ada@x.test>\n", "nobody", ""]
        {
            stage.clock.advance(chrono::TimeDelta::seconds(1));
            house.queue(address).await;
            let failure = house.send().await;
            assert!(matches!(failure, Err(JobFailure::Permanent(_))), "{address:?}: {failure:?}");
            let email = &house.emails().await[0];
            assert_eq!(
                (&email["to_address"], &email["status"]),
                (&address.into(), &"failed".into()),
                "{email}"
            );
        }
        assert!(house.files().is_empty());
    }
);

both!(
    async fn a_letter_that_does_not_open_fails_its_mail(stage: Stage) {
        let house = House::new(&stage).await;
        house.queue("ada@x.test").await;
        house.spoil_letters().await;
        let failure = house.send().await;
        assert!(matches!(failure, Err(JobFailure::Permanent(_))), "{failure:?}");
        let email = &house.emails().await[0];
        assert_eq!(email["status"], "failed");
        assert_eq!(email["last_error"], "The mail could not be written.");
        assert!(house.files().is_empty());
    }
);

both!(
    async fn mail_waits_until_its_way_is_mended(stage: Stage) {
        let nobody = "smtp://127.0.0.1:1".to_owned();
        for (url, from, error) in [
            (Some(nobody), FROM, "cannot be reached"),
            (Some("http://mail.test".to_owned()), FROM, "not set up"),
            (None, "no mailbox", "not set up"),
        ] {
            let house = House::with(&stage, url, from).await;
            house.queue("ada@x.test").await;
            let failure = house.send().await;
            assert!(matches!(failure, Err(JobFailure::Retry(_))), "{error}: {failure:?}");
            let email = &house.emails().await[0];
            assert_eq!(email["status"], "queued");
            assert!(email["last_error"].as_str().unwrap().contains(error), "{email}");
        }
    }
);

both!(
    async fn workers_send_and_give_up_in_the_end(stage: Stage) {
        let server = MailServer::start().await;
        let house = House::with(&stage, Some(server.url.clone()), FROM).await;
        let runtime = house.start(&stage);
        let ended = async || {
            eventually("the mail is sent or failed", async || {
                stage.clock.advance(chrono::TimeDelta::seconds(1));
                let email = house.emails().await.remove(0);
                (email["status"] != "queued").then_some(email)
            })
            .await
        };
        house.queue("ada@x.test").await;
        assert_eq!(ended().await["status"], "sent");
        server.answer_recipients(Some("451 4.3.0 not now"));
        house.queue("bob@x.test").await;
        let email = ended().await;
        assert_eq!((email["status"].as_str(), &email["attempts"]), (Some("failed"), &20.into()), "{email}");
        assert_eq!(server.mails().len(), 1);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn no_mail_stays_queued_whose_job_is_gone(stage: Stage) {
        let house = House::new(&stage).await;
        house.queue("ada@x.test").await;
        house.kill_at_the_last_attempt(&stage).await;
        let runtime = house.start(&stage);
        let reaches = async |status: &str| {
            eventually(status, async || {
                let email = house.emails().await.remove(0);
                (email["status"] == status).then_some(email)
            })
            .await
        };
        let email = reaches("failed").await;
        assert!(email["last_error"].as_str().unwrap().contains("given up"), "{email}");
        assert_eq!(email["attempts"], 0, "{email}");
        assert!(house.files().is_empty());

        let dead = Filter { status: Some(Status::Dead), ..Filter::default() };
        let dead = house.ledger().list(&dead, 10).await.unwrap().remove(0);
        assert!(house.ledger().retry(None, dead.id).await.unwrap());
        reaches("sent").await;
        assert_eq!(house.files().len(), 1);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_mail_whose_job_is_cancelled_is_failed(stage: Stage) {
        let house = House::new(&stage).await;
        house.queue("ada@x.test").await;
        let jobs = Filter { handler: Some("notifications.send_email".to_owned()), ..Filter::default() };
        let job = house.ledger().list(&jobs, 10).await.unwrap().remove(0);
        assert!(house.ledger().cancel(None, job.id).await.unwrap());
        let runtime = house.start(&stage);
        eventually("the mail is failed", async || {
            (house.emails().await[0]["status"] == "failed").then_some(())
        })
        .await;
        assert!(house.files().is_empty());
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);
