//! A mail server for one test: it takes what it is given, or refuses with the replies it was told.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone)]
pub struct MailServer {
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    reply_to_recipient: Option<&'static str>,
    mails: Vec<Mail>,
}

#[derive(Clone, Debug, Default)]
pub struct Mail {
    pub from: String,
    pub to: String,
    pub content: String,
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let server = Self { url, state: Arc::default() };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.talk(stream).await });
            }
        });
        server
    }

    /// What recipients are answered from now on; `None` takes them.
    pub fn answer_recipients(&self, reply: Option<&'static str>) {
        self.state.lock().unwrap().reply_to_recipient = reply;
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.state.lock().unwrap().mails.clone()
    }

    async fn talk(&self, stream: TcpStream) -> Option<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut mail = Mail::default();
        write.write_all(b"220 test\r\n").await.ok()?;
        while let Some(line) = lines.next_line().await.ok()? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            let reply = match verb.as_str() {
                "EHLO" => "250-test\r\n250 8BITMIME",
                "MAIL" => {
                    mail = Mail { from: line, ..Mail::default() };
                    "250 ok"
                }
                "RCPT" => {
                    mail.to = line;
                    self.state.lock().unwrap().reply_to_recipient.unwrap_or("250 ok")
                }
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await.ok()?;
                    while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                        mail.content.push_str(&line);
                        mail.content.push('\n');
                    }
                    self.state.lock().unwrap().mails.push(mail.clone());
                    "250 taken"
                }
                "QUIT" => "221 bye",
                _ => "250 ok",
            };
            write.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
        }
        Some(())
    }
}
