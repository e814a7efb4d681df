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
use protocol::{Layer, Peer, Result, model, read_data, serve};

/// Convolutions, each with a ReLU, a pool after every `pool_after` of them; then linear layers.
#[derive(Module, Debug)]
struct Net {
    convolutions: Vec<Conv2d>,
    pool: MaxPool2d,
    pool_after: usize,
    dense: Vec<Linear>,
}

impl Net {
    fn new(layers: &[Layer], device: &Device) -> Self {
        let convolution = |layer: &Layer| match *layer {
            Layer::Conv2d(inputs, outputs) => {
                let config = Conv2dConfig::new([inputs, outputs], [3, 3]);
                Some(config.with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1)).init(device))
            }
            _ => None,
        };
        let dense = |layer: &Layer| match *layer {
            Layer::Linear(inputs, outputs) => Some(LinearConfig::new(inputs, outputs).init(device)),
            _ => None,
        };
        let before_pool = layers.iter().take_while(|&&layer| layer != Layer::MaxPool2d);
        Self {
            convolutions: layers.iter().filter_map(convolution).collect(),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            pool_after: before_pool.filter(|layer| matches!(layer, Layer::Conv2d(..))).count(),
            dense: layers.iter().filter_map(dense).collect(),
        }
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
    lr: f64,
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
            let wanted = model(name)?;
            let momentum = MomentumConfig::new().with_momentum(wanted.momentum).with_dampening(0.0);
            let momentum = (wanted.momentum > 0.0).then_some(momentum);
            let optimizer = SgdConfig::new().with_momentum(momentum).init();
            let model = Some(Net::new(&wanted.layers, &self.training));
            self.models.insert(name.to_owned(), Trained { model, optimizer, lr: wanted.lr, place: 0 });
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
        trained.model = Some(trained.optimizer.step(trained.lr, model, gradients));
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
