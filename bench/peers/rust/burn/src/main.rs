//! burn on Flex, its CPU backend (SIMD and rayon), with its own layers and optimizer.

use std::collections::HashMap;

use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::prelude::*;
use burn::tensor::activation::relu;
use protocol::{Peer, Result, learning_rate, read_data, serve};

/// Convolutions, each with a ReLU, a pool after every `pool_after` of them; then linear layers.
#[derive(Module, Debug)]
struct Net {
    convolutions: Vec<Conv2d>,
    pool: MaxPool2d,
    pool_after: usize,
    dense: Vec<Linear>,
}

impl Net {
    fn new(name: &str, device: &Device) -> Result<Self> {
        let (channels, pool_after, features): (&[usize], usize, &[usize]) = match name {
            "linear" => (&[], 1, &[784, 10]),
            "nonlinear" => (&[], 1, &[784, 128, 10]),
            "cnn" => (&[1, 10, 10, 10, 10], 2, &[490, 10]),
            "wide" => (&[1, 32, 64], 1, &[3136, 10]),
            other => return Err(format!("unknown model {other}").into()),
        };
        let convolution = |pair: &[usize]| {
            Conv2dConfig::new([pair[0], pair[1]], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(device)
        };
        Ok(Self {
            convolutions: channels.windows(2).map(convolution).collect(),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            pool_after,
            dense: features.windows(2).map(|pair| LinearConfig::new(pair[0], pair[1]).init(device)).collect(),
        })
    }

    fn forward(&self, mut x: Tensor<4>) -> Tensor<2> {
        for (index, convolution) in self.convolutions.iter().enumerate() {
            x = relu(convolution.forward(x));
            if (index + 1).is_multiple_of(self.pool_after) {
                x = self.pool.forward(x);
            }
        }
        let mut x: Tensor<2> = x.flatten(1, 3);
        for (index, dense) in self.dense.iter().enumerate() {
            x = dense.forward(if index == 0 { x } else { relu(x) });
        }
        x
    }
}

struct Trained {
    model: Option<Net>,
    optimizer: ModuleOptimizer,
    place: usize,
}

struct Burn {
    training: Device,
    loss: CrossEntropyLoss,
    data: [(Tensor<4>, Tensor<1, Int>); 2],
    models: HashMap<String, Trained>,
}

impl Burn {
    fn get(&mut self, name: &str) -> Result<&mut Trained> {
        if !self.models.contains_key(name) {
            let momentum = MomentumConfig::new().with_momentum(0.9).with_dampening(0.0);
            let config = SgdConfig::new();
            let config = if learning_rate(name) < 0.1 { config.with_momentum(Some(momentum)) } else { config };
            let model = Some(Net::new(name, &self.training)?);
            let optimizer = config.init();
            self.models.insert(name.to_owned(), Trained { model, optimizer, place: 0 });
        }
        Ok(self.models.get_mut(name).expect("inserted above"))
    }

    fn valid(&mut self, name: &str) -> Result<Net> {
        Ok(self.get(name)?.model.as_ref().ok_or("a step has failed")?.valid())
    }

    fn right(&mut self, name: &str, batch: usize) -> Result<usize> {
        let (images, labels) = self.data[1].clone();
        let (model, count, mut right) = (self.valid(name)?, labels.dims()[0], 0);
        for start in (0..count).step_by(batch) {
            let size = batch.min(count - start);
            let found = model.forward(images.clone().narrow(0, start, size)).argmax(1).flatten(0, 1);
            let same = found.equal(labels.clone().narrow(0, start, size)).int().sum();
            right += same.into_scalar::<i64>() as usize;
        }
        Ok(right)
    }
}

impl Peer for Burn {
    fn train(&mut self, name: &str, batch: usize) -> Result<usize> {
        let ((images, labels), loss, device) = (self.data[0].clone(), self.loss.clone(), self.training.clone());
        let trained = self.get(name)?;
        if trained.place + batch > labels.dims()[0] {
            trained.place = 0;
        }
        let model = trained.model.take().ok_or("a step has failed")?;
        let x = images.narrow(0, trained.place, batch).to_device(&device);
        let y = labels.narrow(0, trained.place, batch).to_device(&device);
        let loss = loss.forward(model.forward(x), y);
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        trained.model = Some(trained.optimizer.step(learning_rate(name), model, gradients));
        trained.place += batch;
        Ok(batch)
    }

    fn evaluate(&mut self, name: &str, batch: usize) -> Result<usize> {
        self.right(name, batch)?;
        Ok(self.data[1].1.dims()[0])
    }

    fn infer(&mut self, name: &str) -> Result<usize> {
        let image = self.data[1].0.clone().narrow(0, 0, 1);
        self.valid(name)?.forward(image).argmax(1).into_data();
        Ok(1)
    }

    fn correct(&mut self, name: &str) -> Result<usize> {
        self.right(name, 1000)
    }
}

fn tensors(part: &str, device: &Device) -> Result<(Tensor<4>, Tensor<1, Int>)> {
    let set = read_data(part)?;
    let count = set.labels.len();
    let labels: Vec<i64> = set.labels.iter().map(|&label| label.into()).collect();
    Ok((
        Tensor::from_data(TensorData::new(set.images, [count, 1, 28, 28]), device),
        Tensor::from_data(TensorData::new(labels, [count]), device),
    ))
}

fn main() -> Result<()> {
    let device = Device::flex();
    let training = device.clone().autodiff();
    let data = [tensors("train", &device)?, tensors("test", &device)?];
    let loss = CrossEntropyLossConfig::new().init(&training);
    serve(&mut Burn { training, loss, data, models: HashMap::new() }, "0.22.1")
}
