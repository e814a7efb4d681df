//! The Rust side of the protocol in bench/README.md: a peer does one piece of work, this times it.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What every peer can do; each returns the number of images it worked on.
pub trait Peer {
    fn train(&mut self, model: &str, batch: usize) -> Result<usize>;
    fn evaluate(&mut self, model: &str, batch: usize) -> Result<usize>;
    fn infer(&mut self, model: &str) -> Result<usize>;
    /// Right answers on the test images.
    fn correct(&mut self, model: &str) -> Result<usize>;
}

/// A model of bench/models.json.
#[derive(Deserialize)]
pub struct Model {
    pub lr: f64,
    pub momentum: f64,
    pub layers: Vec<Layer>,
}

/// A layer, with its inputs and outputs.
#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub enum Layer {
    Conv2d(usize, usize),
    Flatten,
    Linear(usize, usize),
    MaxPool2d,
    Relu,
}

impl TryFrom<String> for Layer {
    type Error = Box<dyn Error>;

    fn try_from(text: String) -> Result<Self> {
        Ok(match *text.split(' ').collect::<Vec<_>>() {
            ["conv2d", inputs, outputs] => Self::Conv2d(inputs.parse()?, outputs.parse()?),
            ["flatten"] => Self::Flatten,
            ["linear", inputs, outputs] => Self::Linear(inputs.parse()?, outputs.parse()?),
            ["max_pool2d"] => Self::MaxPool2d,
            ["relu"] => Self::Relu,
            _ => return Err(format!("unknown layer {text}").into()),
        })
    }
}

/// The model of that name.
pub fn model(name: &str) -> Result<Model> {
    let mut models: HashMap<String, Model> = serde_json::from_str(include_str!("../../../../models.json"))?;
    models.remove(name).ok_or_else(|| format!("unknown model {name}").into())
}

/// Images `[n, 784]`, 0 to 1, and labels `[n]`.
pub struct Set {
    pub images: Vec<f32>,
    pub labels: Vec<u8>,
}

/// The value that follows a flag of this process.
pub fn argument(flag: &str) -> Option<String> {
    std::env::args().skip_while(|text| text != flag).nth(1)
}

/// Reads one part (`train` or `test`) of the images in the folder that `--data` names.
pub fn read_data(part: &str) -> Result<Set> {
    let folder = argument("--data").ok_or("--data is missing")?;
    let pixels = std::fs::read(format!("{folder}/{part}-images.u8"))?;
    let labels = std::fs::read(format!("{folder}/{part}-labels.u8"))?;
    Ok(Set { images: pixels.iter().map(|&pixel| f32::from(pixel) / 255.0).collect(), labels })
}

#[derive(Deserialize)]
struct Command {
    run: String,
    model: String,
    #[serde(default = "one")]
    batch: usize,
    #[serde(default)]
    seconds: f64,
}

fn one() -> usize {
    1
}

/// Answers commands until standard input ends.
pub fn serve(peer: &mut dyn Peer, version: &str) -> Result<()> {
    let mut warm = HashSet::new();
    answer(&json!({ "ready": true, "version": version }))?;
    for line in std::io::stdin().lock().lines() {
        let command: Command = serde_json::from_str(&line?)?;
        let value = obey(peer, &command, &mut warm);
        answer(&value.unwrap_or_else(|error| json!({ "error": error.to_string() })))?;
    }
    Ok(())
}

fn obey(peer: &mut dyn Peer, command: &Command, warm: &mut HashSet<(String, String, usize)>) -> Result<Value> {
    match command.run.as_str() {
        "first-step" => Ok(json!({ "images": peer.train(&command.model, command.batch)?, "seconds": 0 })),
        "correct" => Ok(json!({ "correct": peer.correct(&command.model)?, "images": 10_000 })),
        _ => {
            if warm.insert((command.run.clone(), command.model.clone(), command.batch)) {
                timed(peer, command, 0.2)?;
            }
            timed(peer, command, command.seconds)
        }
    }
}

fn timed(peer: &mut dyn Peer, command: &Command, seconds: f64) -> Result<Value> {
    let (mut images, start) = (0, Instant::now());
    loop {
        images += match command.run.as_str() {
            "train" => peer.train(&command.model, command.batch)?,
            "evaluate" => peer.evaluate(&command.model, command.batch)?,
            "infer" => peer.infer(&command.model)?,
            other => return Err(format!("unknown command {other}").into()),
        };
        let spent = start.elapsed().as_secs_f64();
        if spent >= seconds {
            return Ok(json!({ "images": images, "seconds": spent }));
        }
    }
}

fn answer(value: &Value) -> Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{value}")?;
    Ok(out.flush()?)
}
