//! A web server with one route that checks codes: `POST /sign-in` with `{"name": "…", "code": "…"}`.
//!
//! `cargo run -p oath-examples --bin server`, then
//! `curl -i localhost:3000/sign-in --json '{"name":"alice@example.com","code":"123456"}'`

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use oath_examples::users::{SignInError, Users};
use oath_totp::UnixTime;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

/// What the client sends.
#[derive(Deserialize)]
struct Typed {
    name: String,
    code: String,
}

/// What the client reads. A wrong code and a used code give the same answer.
#[derive(Serialize)]
struct Answer {
    message: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let users = Users::open(Connection::open_in_memory()?, [7; 32])?;
    let uri = users.enrol("alice@example.com")?;
    println!("add this to an authenticator app; a real service shows it once, as a QR code:\n{}", *uri.expose_uri());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app(users)).await?;
    Ok(())
}

fn app(users: Users) -> Router {
    Router::new().route("/sign-in", post(sign_in)).with_state(Arc::new(Mutex::new(users)))
}

async fn sign_in(State(users): State<Arc<Mutex<Users>>>, Json(typed): Json<Typed>) -> (StatusCode, Json<Answer>) {
    // SQLite blocks, so it runs where blocking is allowed.
    let verdict = tokio::task::spawn_blocking(move || {
        let users = users.lock().unwrap_or_else(PoisonError::into_inner);
        users.sign_in(&typed.name, &typed.code, UnixTime::now())
    })
    .await
    .unwrap_or_else(|panicked| Err(SignInError::Fault(panicked.into())));
    let (status, message) = match verdict {
        Ok(()) => (StatusCode::OK, "signed in".to_owned()),
        Err(error @ SignInError::Malformed(_)) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
        Err(error @ SignInError::Refused) => (StatusCode::UNAUTHORIZED, error.to_string()),
        Err(error @ SignInError::Fault(_)) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    };
    (status, Json(Answer { message }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::{Request, header};
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_wrong_and_a_used_code_have_the_same_answer() -> Result<(), Box<dyn Error + Send + Sync>> {
        let users = Users::open(Connection::open_in_memory()?, [7; 32])?;
        let token = users.enrol("alice")?.to_totp()?;
        // The server reads its own clock; the code of this moment is in its window.
        let now = UnixTime::now();
        let code = token.generate(now).to_string();
        let step = token.time_step().at(now);
        let near: Vec<String> = (step - 3..=step + 3).map(|step| token.generate_at_step(step).to_string()).collect();
        let wrong =
            (0..8).map(|n| format!("{n:06}")).find(|code| !near.contains(code)).ok_or("eight are more than seven")?;
        let app = app(users);
        let post = |code: &str| {
            Request::post("/sign-in")
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(format!(r#"{{"name":"alice","code":"{code}"}}"#)))
        };
        let mut answers = Vec::new();
        for code in [code.as_str(), code.as_str(), wrong.as_str(), "12x"] {
            let answer = app.clone().oneshot(post(code)?).await?;
            let status = answer.status().as_u16();
            answers.push((status, axum::body::to_bytes(answer.into_body(), 1000).await?));
        }
        let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [200, 401, 401, 422]);
        assert_eq!(answers.get(1), answers.get(2), "a used code must not be told from a wrong one");
        Ok(())
    }
}
