//! The way out for mail: an SMTP server, or a folder where each mail is a file that mail programs open. Which mail goes
//! out, and what becomes of its row, is not decided here.

use crate::Settings;
use chrono::{DateTime, Utc};
use lettre::address::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox};
use lettre::transport::smtp::{AsyncSmtpTransportBuilder, Error as SmtpError, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use notifications_contract::EmailId;
use std::error::Error as StdError;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// From connecting to the server's last word. lettre itself bounds only the connecting.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_CONNECTIONS: u32 = 8;
/// RFC 5322, without the line's end.
const MAX_LINE_BYTES: usize = 998;
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");
/// Refusals of our own credentials, which say nothing against the mail.
const AUTHENTICATION_CODES: [u16; 4] = [530, 534, 535, 538];

pub struct Mailer(Result<Ready, String>);

struct Ready {
    from: Mailbox,
    way: Way,
}

enum Way {
    /// Its pool starts a task, so it is made when the first mail is sent: inside the jobs' runtime.
    Smtp {
        builder: AsyncSmtpTransportBuilder,
        transport: OnceLock<AsyncSmtpTransport<Tokio1Executor>>,
    },
    Folder(PathBuf),
}

pub struct Outgoing<'a> {
    pub id: EmailId,
    pub message_id: &'a str,
    pub to: &'a str,
    pub subject: &'a str,
    pub body: String,
    pub created_at: DateTime<Utc>,
}

/// The texts are for the tenant's administrators; the causes for the log.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It would be refused again.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Trouble(String, #[source] Box<dyn StdError + Send + Sync>),
}

impl Mailer {
    /// What is wrong with the settings is logged at once and told again with each mail, which waits until it is mended.
    pub fn new(settings: Settings) -> Self {
        let ready = ready(settings);
        if let Err(fault) = &ready {
            tracing::error!(%fault, "mail cannot be sent: look at [mail] in the configuration");
        }
        Self(ready)
    }

    /// The domain in our message ids.
    pub fn domain(&self) -> &str {
        self.0.as_ref().map_or("localhost", |ready| ready.from.email.domain())
    }

    pub async fn send(&self, outgoing: Outgoing<'_>) -> Result<(), SendError> {
        let ready =
            self.0.as_ref().map_err(|fault| trouble("Mail is not set up properly.", fault.as_str()))?;
        let file_name = file_name(&outgoing);
        let message = ready.message(outgoing)?;
        match &ready.way {
            Way::Smtp { builder, transport } => {
                let transport = transport.get_or_init(|| builder.clone().build());
                hand_over(transport, message).await
            }
            Way::Folder(folder) => {
                let folder = folder.clone();
                let writing =
                    tokio::task::spawn_blocking(move || write(&folder, &file_name, &message.formatted()));
                let written = writing.await.map_err(std::io::Error::other).flatten();
                written.map_err(|error| trouble("The mail could not be written to its folder.", error))
            }
        }
    }
}

fn ready(settings: Settings) -> Result<Ready, String> {
    let from = settings.from.parse::<Mailbox>();
    let from = from.map_err(|error| format!("mail.from {:?} is no mailbox: {error}", settings.from))?;
    let way = match &settings.smtp_url {
        None => Way::Folder(settings.folder),
        Some(url) => {
            // Its words are kept out: they may quote the password.
            let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
            let builder = builder.map_err(|_| "mail.smtp_url is none that can be used".to_owned())?;
            let builder = builder
                .timeout(Some(CONNECT_TIMEOUT))
                .pool_config(PoolConfig::new().max_size(MAX_CONNECTIONS));
            Way::Smtp { builder, transport: OnceLock::new() }
        }
    };
    Ok(Ready { from, way })
}

impl Ready {
    fn message(&self, outgoing: Outgoing<'_>) -> Result<Message, SendError> {
        let address: Address =
            outgoing.to.parse().map_err(|_| SendError::Refused("The address is not valid.".to_owned()))?;
        let body = body(outgoing.body, matches!(self.way, Way::Folder(_)));
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .subject(outgoing.subject)
            .date(outgoing.created_at.into())
            .message_id(Some(outgoing.message_id.to_owned()))
            // So that nobody's holiday notice answers it (RFC 3834).
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(body)
            .map_err(|error| trouble("The mail could not be put together.", error))
    }
}

/// As it is wherever that is allowed, so that links can be read and copied where nothing decodes them; lettre itself
/// encodes every text with a line over 76 characters.
fn body(text: String, eight_bit: bool) -> Body {
    let encoding = match (text.is_ascii(), eight_bit) {
        _ if text.lines().any(|line| line.len() > MAX_LINE_BYTES) => return Body::new(text),
        (true, _) => ContentTransferEncoding::SevenBit,
        (false, true) => ContentTransferEncoding::EightBit,
        (false, false) => return Body::new(text),
    };
    Body::dangerous_pre_encoded(text.replace('\n', "\r\n").into_bytes(), encoding)
}

async fn hand_over(
    transport: &AsyncSmtpTransport<Tokio1Executor>,
    message: Message,
) -> Result<(), SendError> {
    match tokio::time::timeout(EXCHANGE_TIMEOUT, transport.send(message)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(smtp_error(error)),
        Err(late) => Err(trouble("The mail server does not answer in time.", late)),
    }
}

fn smtp_error(error: SmtpError) -> SendError {
    let code = error.status().map(u16::from);
    match code {
        Some(code) if AUTHENTICATION_CODES.contains(&code) => {
            trouble("The mail server does not accept our credentials.", error)
        }
        Some(_) if error.is_permanent() => {
            SendError::Refused(format!("The mail server refused it: {error}."))
        }
        Some(_) => trouble(&format!("The mail server put it off: {error}."), error),
        None => trouble("The mail server cannot be reached.", error),
    }
}

fn trouble(text: &str, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> SendError {
    SendError::Trouble(text.to_owned(), cause.into())
}

/// The same at each attempt, so that a repeat overwrites its own file.
fn file_name(outgoing: &Outgoing<'_>) -> String {
    format!("{}-{}.eml", outgoing.created_at.format("%Y%m%dT%H%M%S"), outgoing.id)
}

/// Whoever looks into the folder sees whole files only, and nobody but their owner reads them.
fn write(folder: &Path, name: &str, content: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(name))?;
    Ok(())
}
