//! Which event tells whom what, and who sees the mail.

use crate::house::House;
use chrono::{DateTime, TimeDelta, Utc};
use jobs::JobFailure;
use kernel::contract::Cause;
use kernel::permission::BuiltinRole;
use kernel::{Id, UserId};
use reports_contract::{ReportReady, ReportRunId};
use testkit::{Stage, both};
use users_contract::{
    AuditStreamPaused, EMAIL_APPROVAL_SEAL, EMAIL_CONFIRMATION_SEAL, EmailChangeApprovalRequested,
    EmailChangeConfirmationRequested, EmailChanged, INVITATION_SEAL, InvitationSent, Member,
    NewDeviceSignedIn, PASSWORD_RESET_SEAL, PasskeyRegistered, PasswordChanged, PasswordResetRequested,
    ProviderBypassed, SignUpForKnownAddress, UsersError, VERIFICATION_SEAL,
};
use uuid::Uuid;

const RUN: ReportRunId = Id::from_uuid(Uuid::from_u128(7));

both!(
    async fn whoever_signs_up_gets_the_link(stage: Stage) {
        let house = House::new(&stage).await;
        let message = house.new_message();
        let event = house.verification("ada@x.test", "Zoë");
        house.tell(message, &event).await.unwrap();
        let queued = house.emails().await;
        assert_eq!(queued.len(), 1);
        assert_eq!(queued[0]["to_address"], "ada@x.test");
        assert_eq!(queued[0]["subject"], "Confirm your e-mail address");
        assert_eq!(
            (&queued[0]["template"], &queued[0]["status"]),
            (&"verification".into(), &"queued".into())
        );

        let again = house.tell(message, &event).await;
        assert!(again.is_err_and(|failure| failure.to_string().contains("already_applied")));
        assert_eq!((house.emails().await.len(), house.job_count().await), (1, 1));

        house.send().await.unwrap();
        let text = &house.files()[0].1;
        assert!(text.contains("\r\nhttp://insula.test/verify-email?token=vt_a%2Bb%2Fc%3D\r\n"), "{text}");
        assert!(text.contains("Hello Zoë,"), "{text}");
        assert!(text.contains("2026-01-16 12:00 UTC"), "{text}");
    }
);

both!(
    async fn a_token_that_does_not_open_sends_nothing(stage: Stage) {
        let house = House::new(&stage).await;
        for sealed in ["", "no base64!", "YWJj"] {
            let mut event = house.verification("ada@x.test", "Ada");
            event.sealed_token = sealed.to_owned();
            assert!(house.tell(house.new_message(), &event).await.is_err(), "{sealed:?}");
        }
        let mut event = invitation(&house, "Engines", "Bob");
        event.sealed_token = house.sealed_token(VERIFICATION_SEAL);
        assert!(house.tell(house.new_message(), &event).await.is_err());
        let mut event = reset(&house);
        event.sealed_token = house.sealed_token(INVITATION_SEAL);
        assert!(house.tell(house.new_message(), &event).await.is_err());
        assert!(house.emails().await.is_empty());
    }
);

both!(
    async fn the_owner_of_a_known_address_is_told_without_strangers_words(stage: Stage) {
        let house = House::new(&stage).await;
        let event = SignUpForKnownAddress {
            email: "ada@x.test".to_owned(),
            display_name: "You have won, see evil".to_owned(),
        };
        house.tell(house.new_message(), &event).await.unwrap();
        house.send().await.unwrap();
        let files = house.files();
        assert!(files[0].1.contains("\r\nTo: ada@x.test\r\n"), "{files:?}");
        assert!(!files[0].1.contains("won"), "{files:?}");
        assert_eq!(house.emails().await[0]["template"], "address_known");
    }
);

fn moment() -> DateTime<Utc> {
    "2026-01-16T12:00:00Z".parse().unwrap()
}

fn invitation(house: &House, tenant_name: &str, inviter_name: &str) -> InvitationSent {
    InvitationSent {
        email: "ada@x.test".to_owned(),
        tenant_name: tenant_name.to_owned(),
        inviter_name: inviter_name.to_owned(),
        sealed_token: house.sealed_token(INVITATION_SEAL),
        expires_at: moment(),
    }
}

fn reset(house: &House) -> PasswordResetRequested {
    PasswordResetRequested {
        email: "ada@x.test".to_owned(),
        display_name: "Ada".to_owned(),
        sealed_token: house.sealed_token(PASSWORD_RESET_SEAL),
        expires_at: moment(),
    }
}

both!(
    async fn whoever_is_invited_gets_the_link_without_strangers_links(stage: Stage) {
        let house = House::new(&stage).await;
        let message = house.new_message();
        let event = invitation(&house, "Analytical Engines", "Bob");
        house.tell(message, &event).await.unwrap();
        let again = house.tell(message, &event).await;
        assert!(again.is_err_and(|failure| failure.to_string().contains("already_applied")));
        assert_eq!((house.emails().await.len(), house.job_count().await), (1, 1));
        assert_eq!(house.emails().await[0]["template"], "invitation");
        house.send().await.unwrap();
        let text = &house.files()[0].1;
        for part in [
            "\r\nTo: ada@x.test\r\n",
            "\r\nSubject: You are invited to Analytical Engines\r\n",
            "\r\nBob asks you to join Analytical Engines.\r\n",
            "\r\nhttp://insula.test/accept-invitation?token=vt_a%2Bb%2Fc%3D\r\n",
            "2026-01-16 12:00 UTC",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }

        stage.clock.advance(TimeDelta::seconds(1));
        let event = invitation(&house, "win at evil.example", "http://evil");
        house.tell(house.new_message(), &event).await.unwrap();
        house.send().await.unwrap();
        let text = house.files().pop().unwrap().1;
        assert!(text.contains("\r\nSubject: You are invited to an organisation\r\n"), "{text}");
        assert!(text.contains("\r\nsomebody asks you to join an organisation.\r\n"), "{text}");
        assert!(!text.contains("evil"), "{text}");
    }
);

both!(
    async fn whoever_asks_for_a_new_password_gets_the_link(stage: Stage) {
        let house = House::new(&stage).await;
        house.tell(house.new_message(), &reset(&house)).await.unwrap();
        assert_eq!(house.emails().await[0]["template"], "password_reset");
        house.send().await.unwrap();
        let text = &house.files()[0].1;
        for part in [
            "\r\nTo: ada@x.test\r\n",
            "\r\nSubject: Choose a new password\r\n",
            "Hello Ada,",
            "\r\nhttp://insula.test/reset-password?token=vt_a%2Bb%2Fc%3D\r\n",
            "2026-01-16 12:00 UTC",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
        assert!(!house.has_params().await, "the link is kept after it was sent");
    }
);

both!(
    async fn the_owner_is_told_of_a_changed_password(stage: Stage) {
        let house = House::new(&stage).await;
        let event = PasswordChanged {
            email: "ada@x.test".to_owned(),
            display_name: "Ada".to_owned(),
            happened_at: moment(),
        };
        house.tell(house.new_message(), &event).await.unwrap();
        assert_eq!(house.emails().await[0]["template"], "password_changed");
        house.send().await.unwrap();
        let text = &house.files()[0].1;
        for part in [
            "\r\nTo: ada@x.test\r\n",
            "\r\nSubject: Your password was changed\r\n",
            "Hello Ada,",
            "was changed at 2026-01-16 12:00 UTC.",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    }
);

both!(
    async fn the_owner_is_told_of_a_passkey(stage: Stage) {
        let house = House::new(&stage).await;
        let event = PasskeyRegistered {
            email: "ada@x.test".to_owned(),
            display_name: "Ada".to_owned(),
            happened_at: moment(),
        };
        house.tell(house.new_message(), &event).await.unwrap();
        assert_eq!(house.emails().await[0]["template"], "passkey_registered");
        house.send().await.unwrap();
        let text = &house.files()[0].1;
        for part in [
            "\r\nTo: ada@x.test\r\n",
            "\r\nSubject: A passkey was registered for your account\r\n",
            "Hello Ada,",
            "registered for your account at 2026-01-16 12:00 UTC.",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    }
);

both!(
    async fn who_made_a_stream_is_told_that_it_paused(stage: Stage) {
        let house = House::new(&stage).await;
        let event = AuditStreamPaused {
            email: "ada@x.test".to_owned(),
            display_name: "Ada".to_owned(),
            collector: "siem.test".to_owned(),
            gone: true,
            happened_at: moment(),
        };
        house.tell(house.new_message(), &event).await.unwrap();
        assert_eq!(house.emails().await[0]["template"], "audit_stream_paused");
        house.send().await.unwrap();
        let text = &house.files()[0].1;
        for part in [
            "\r\nTo: ada@x.test\r\n",
            "\r\nSubject: An audit stream of your organisation is paused\r\n",
            "Hello Ada,",
            "\r\nsiem.test\r\n",
            "(410)",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    }
);

both!(
    async fn owners_are_told_who_came_in_past_their_provider(stage: Stage) {
        let house = House::new(&stage).await;
        let event = ProviderBypassed {
            email: "grace@x.test".to_owned(),
            display_name: "Grace".to_owned(),
            tenant_name: "see http://evil".to_owned(),
            owner_email: "ada@x.test".to_owned(),
            client_address: Some("203.0.113.7".to_owned()),
            happened_at: moment(),
        };
        house.tell(house.new_message(), &event).await.unwrap();
        assert_eq!(house.emails().await[0]["template"], "provider_bypassed");
        house.send().await.unwrap();
        let text = &house.files()[0].1;
        for part in [
            "\r\nTo: grace@x.test\r\n",
            "\r\nSubject: An owner came in past the provider of your organisation\r\n",
            "Hello Grace,",
            "an owner of your organisation came",
            "\r\nada@x.test\r\nTime: 2026-01-16 12:00 UTC\r\nNetwork address: 203.0.113.7\r\n",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
        assert!(!text.contains("evil"), "{text}");
    }
);

both!(
    async fn the_owner_is_told_of_a_new_device_without_its_links(stage: Stage) {
        let house = House::new(&stage).await;
        let told = async |device: Option<&str>, client_address: Option<&str>| {
            stage.clock.advance(TimeDelta::seconds(1));
            let event = NewDeviceSignedIn {
                email: "ada@x.test".to_owned(),
                display_name: "Ada".to_owned(),
                device: device.map(str::to_owned),
                client_address: client_address.map(str::to_owned),
                happened_at: moment(),
            };
            house.tell(house.new_message(), &event).await.unwrap();
            assert_eq!(house.emails().await[0]["template"], "new_device");
            house.send().await.unwrap();
            house.files().pop().unwrap().1
        };
        let text = told(Some("curl/8.5.0\r\nBcc: all"), Some("203.0.113.7")).await;
        for part in [
            "\r\nTo: ada@x.test\r\n",
            "\r\nSubject: A new device signed in to your account\r\n",
            "\r\nTime: 2026-01-16 12:00 UTC\r\n",
            "\r\nDevice: curl/8.5.0 Bcc: all\r\n",
            "\r\nNetwork address: 203.0.113.7\r\n",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
        let unknown = "\r\nDevice: not known\r\nNetwork address: not known\r\n";
        for (device, client_address) in [(None, None), (Some("see http://evil"), Some("evil.example"))] {
            let text = told(device, client_address).await;
            assert!(text.contains(unknown) && !text.contains("evil"), "{text}");
        }
    }
);

fn confirmation(house: &House, seal: Option<&'static str>) -> EmailChangeConfirmationRequested {
    EmailChangeConfirmationRequested {
        email: "new@x.test".to_owned(),
        sealed_token: seal.map(|seal| house.sealed_token(seal)),
        expires_at: moment(),
    }
}

both!(
    async fn both_addresses_are_asked_before_one_is_changed(stage: Stage) {
        let house = House::new(&stage).await;
        let approval = EmailChangeApprovalRequested {
            email: "ada@x.test".to_owned(),
            new_email: "new@x.test".to_owned(),
            display_name: "Ada".to_owned(),
            sealed_token: house.sealed_token(EMAIL_APPROVAL_SEAL),
            expires_at: moment(),
        };
        house.tell(house.new_message(), &approval).await.unwrap();
        assert_eq!(house.emails().await[0]["template"], "email_change_approval");
        house.send().await.unwrap();
        let link = "\r\nhttp://insula.test/confirm-address?token=vt_a%2Bb%2Fc%3D\r\n";
        let text = house.files().pop().unwrap().1;
        for part in
            ["\r\nTo: ada@x.test\r\n", "Hello Ada,", "\r\nnew@x.test\r\n", link, "2026-01-16 12:00 UTC"]
        {
            assert!(text.contains(part), "{part:?} in {text}");
        }
        stage.clock.advance(TimeDelta::seconds(1));
        let event = confirmation(&house, Some(EMAIL_CONFIRMATION_SEAL));
        house.tell(house.new_message(), &event).await.unwrap();
        house.send().await.unwrap();
        let text = house.files().pop().unwrap().1;
        for part in ["\r\nTo: new@x.test\r\n", link, "2026-01-16 12:00 UTC"] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
        assert!(!text.contains("ada@x.test"), "a stranger may read it: {text}");
        assert!(!house.has_params().await, "the links are kept after they were sent");

        // One side's token opens nothing of the other's.
        let event = confirmation(&house, Some(EMAIL_APPROVAL_SEAL));
        assert!(house.tell(house.new_message(), &event).await.is_err());
        let sealed_token = house.sealed_token(EMAIL_CONFIRMATION_SEAL);
        let event = EmailChangeApprovalRequested { sealed_token, ..approval };
        assert!(house.tell(house.new_message(), &event).await.is_err());
        assert_eq!(house.emails().await.len(), 2);
    }
);

both!(
    async fn the_list_of_mail_does_not_tell_a_known_address_from_a_free_one(stage: Stage) {
        let house = House::new(&stage).await;
        let mut told = Vec::new();
        for seal in [Some(EMAIL_CONFIRMATION_SEAL), None] {
            stage.clock.advance(TimeDelta::seconds(1));
            house.tell(house.new_message(), &confirmation(&house, seal)).await.unwrap();
            house.send().await.unwrap();
            let mut row = house.emails().await[0].clone();
            for name in ["id", "message_id", "created_at", "updated_at", "sent_at"] {
                row.as_object_mut().unwrap().remove(name);
            }
            told.push(row);
        }
        assert_eq!(told[0], told[1]);
        let text = house.files().pop().unwrap().1;
        assert!(text.contains("belongs to an account already") && !text.contains("token"), "{text}");
    }
);

both!(
    async fn both_addresses_are_told_that_one_was_changed(stage: Stage) {
        let house = House::new(&stage).await;
        for email in ["ada@x.test", "new@x.test"] {
            stage.clock.advance(TimeDelta::seconds(1));
            let event = EmailChanged {
                email: email.to_owned(),
                new_email: "new@x.test".to_owned(),
                display_name: "Ada".to_owned(),
                happened_at: moment(),
            };
            house.tell(house.new_message(), &event).await.unwrap();
            assert_eq!(house.emails().await[0]["template"], "email_changed");
            house.send().await.unwrap();
            let text = house.files().pop().unwrap().1;
            let to = format!("\r\nTo: {email}\r\n");
            let subject = "\r\nSubject: The address of your account was changed\r\n";
            for part in [&*to, subject, "Hello Ada,", "\r\nnew@x.test\r\n", "at 2026-01-16 12:00 UTC."] {
                assert!(text.contains(part), "{part:?} in {text}");
            }
        }
    }
);

fn ready(requested_by: Option<UserId>) -> ReportReady {
    ReportReady { run: RUN, title: "Sales\r\nBcc: all@x.test".to_owned(), requested_by, rows: 2 }
}

both!(
    async fn whoever_asked_for_a_report_is_told_at_their_address(stage: Stage) {
        let house = House::new(&stage).await;
        let owner = house.tenant.owner;
        house.users.on_resolve_member(|_, request| {
            let email = "ada@x.test".to_owned();
            let display_name = "Ada".to_owned();
            let role = BuiltinRole::Owner;
            Ok(Member { user: request.user, email, display_name, role, active: true })
        });
        house.tell(house.new_message(), &ready(Some(owner))).await.unwrap();
        assert_eq!(house.users.resolve_member_calls()[0].user, owner);
        house.send().await.unwrap();
        let text = &house.files()[0].1;
        let link = format!("\r\nhttp://insula.test/api/v1/reports/runs/{RUN}/download\r\n");
        assert!(text.contains(&link), "{text}");
        assert!(text.contains("\r\nSubject: Your report is ready: Sales Bcc: all@x.test\r\n"), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
    }
);

both!(
    async fn nobody_is_told_who_is_not_there(stage: Stage) {
        let house = House::new(&stage).await;
        let owner = house.tenant.owner;
        house.tell(house.new_message(), &ready(None)).await.unwrap();
        assert!(house.users.resolve_member_calls().is_empty());
        house.users.on_resolve_member(|_, _| Err(UsersError::MemberNotFound));
        house.tell(house.new_message(), &ready(Some(owner))).await.unwrap();
        house.users.on_resolve_member(|_, request| {
            let (email, display_name) = ("ada@x.test".to_owned(), "Ada".to_owned());
            Ok(Member { user: request.user, email, display_name, role: BuiltinRole::Member, active: false })
        });
        house.tell(house.new_message(), &ready(Some(owner))).await.unwrap();
        house.users.on_resolve_member(|_, _| Err(UsersError::Unavailable(Cause::default())));
        let away = house.tell(house.new_message(), &ready(Some(owner))).await;
        assert!(matches!(away, Err(JobFailure::Retry(_))), "{away:?}");
        assert!(house.emails().await.is_empty());
    }
);

both!(
    async fn administrators_see_their_tenants_mail_and_not_its_words(stage: Stage) {
        let house = House::new(&stage).await;
        house.queue("ada@x.test").await;
        stage.clock.advance(TimeDelta::seconds(1));
        house.queue("bob@x.test").await;
        house.send().await.unwrap();
        let emails = house.emails().await;
        assert_eq!((&emails[0]["to_address"], &emails[0]["status"]), (&"bob@x.test".into(), &"sent".into()));
        let id = emails[1]["id"].as_str().unwrap().to_owned();
        let (status, one) = house.get("admin", &format!("/emails/{id}")).await;
        assert_eq!((status, &one), (200, &emails[1]));
        assert!(!one.to_string().contains("token"), "{one}");
        let (_, sent) = house.get("admin", "/emails?status=sent").await;
        assert_eq!(sent["data"].as_array().unwrap().len(), 1);

        let check = async |by: &str, path: &str, status: u16| {
            assert_eq!(house.get(by, path).await.0, status, "{by} {path}");
        };
        check("member", "/emails", 403).await;
        check("member", &format!("/emails/{id}"), 403).await;
        check("neighbour", &format!("/emails/{id}"), 404).await;
        check("admin", "/emails?status=lost", 400).await;
        check("admin", "/emails?to=x", 400).await;
        assert_eq!(house.get("neighbour", "/emails").await.1["data"], serde_json::json!([]));
    }
);
