//! candle as it is: candle-nn's layers, its `backward()` and its SGD (which has no momentum).

use std::collections::HashMap;

use candle_core::{D, DType, Device, Tensor};
use candle_nn::{
    Conv2dConfig, Module, Optimizer, SGD, Sequential, VarBuilder, VarMap, conv2d, linear, loss, seq,
};
use protocol::{Layer, Peer, Result, model, read_data, serve};

struct Trained {
    model: Sequential,
    optimizer: SGD,
    place: usize,
}

struct Candle {
    images: Tensor,
    labels: Tensor,
    test_images: Tensor,
    test_labels: Tensor,
    models: HashMap<String, Trained>,
}

fn build(layers: &[Layer], weights: &VarBuilder) -> Result<Sequential> {
    let config = Conv2dConfig { padding: 1, ..Default::default() };
    let mut net = seq();
    for (index, layer) in layers.iter().enumerate() {
        let weights = weights.pp(index);
        net = match *layer {
            Layer::Conv2d(inputs, outputs) => net.add(conv2d(inputs, outputs, 3, config, weights)?),
            Layer::Flatten => net.add_fn(|x| x.flatten_from(1)),
            Layer::Linear(inputs, outputs) => net.add(linear(inputs, outputs, weights)?),
            Layer::MaxPool2d => net.add_fn(|x| x.max_pool2d(2)),
            Layer::Relu => net.add_fn(Tensor::relu),
        };
    }
    Ok(net)
}

impl Candle {
    fn get(&mut self, name: &str) -> Result<&mut Trained> {
        if !self.models.contains_key(name) {
            let (map, wanted) = (VarMap::new(), model(name)?);
            let model = build(&wanted.layers, &VarBuilder::from_varmap(&map, DType::F32, &Device::Cpu))?;
            let optimizer = SGD::new(map.all_vars(), wanted.lr)?;
            self.models.insert(name.to_owned(), Trained { model, optimizer, place: 0 });
        }
        Ok(self.models.get_mut(name).expect("inserted above"))
    }

    fn right(&mut self, name: &str, batch: usize) -> Result<usize> {
        let (images, labels) = (self.test_images.clone(), self.test_labels.clone());
        let (count, trained, mut right) = (labels.elem_count(), self.get(name)?, 0);
        for start in (0..count).step_by(batch) {
            let size = batch.min(count - start);
            let found = trained.model.forward(&images.narrow(0, start, size)?)?.argmax(D::Minus1)?;
            let same = found.eq(&labels.narrow(0, start, size)?)?.to_dtype(DType::U32)?;
            right += same.sum_all()?.to_scalar::<u32>()? as usize;
        }
        Ok(right)
    }
}

impl Peer for Candle {
    fn train(&mut self, name: &str, batch: usize) -> Result<usize> {
        let (images, labels) = (self.images.clone(), self.labels.clone());
        let trained = self.get(name)?;
        if trained.place + batch > labels.elem_count() {
            trained.place = 0;
        }
        let logits = trained.model.forward(&images.narrow(0, trained.place, batch)?)?;
        let loss = loss::cross_entropy(&logits, &labels.narrow(0, trained.place, batch)?)?;
        trained.optimizer.backward_step(&loss)?;
        trained.place += batch;
        Ok(batch)
    }

    fn evaluate(&mut self, name: &str, batch: usize) -> Result<usize> {
        self.right(name, batch)?;
        Ok(self.test_labels.elem_count())
    }

    fn infer(&mut self, name: &str) -> Result<usize> {
        let image = self.test_images.narrow(0, 0, 1)?;
        self.get(name)?.model.forward(&image)?.argmax(D::Minus1)?.to_vec1::<u32>()?;
        Ok(1)
    }

    fn correct(&mut self, name: &str) -> Result<usize> {
        self.right(name, 1000)
    }
}

fn tensors(part: &str) -> Result<(Tensor, Tensor)> {
    let set = read_data(part)?;
    let count = set.labels.len();
    let labels: Vec<u32> = set.labels.iter().map(|&label| label.into()).collect();
    Ok((
        Tensor::from_vec(set.images, (count, 1, 28, 28), &Device::Cpu)?,
        Tensor::from_vec(labels, count, &Device::Cpu)?,
    ))
}

fn main() -> Result<()> {
    let (images, labels) = tensors("train")?;
    let (test_images, test_labels) = tensors("test")?;
    let mut candle = Candle { images, labels, test_images, test_labels, models: HashMap::new() };
    serve(&mut candle, "0.11.1")
}
