import { published, type PublishedSet } from "./published.ts";

/** Fashion-MNIST (Xiao et al. 2017, arXiv 1708.07747): garments in the order of its table 2. */
export const fashionMnist: PublishedSet = published({
  name: "fashion-mnist",
  title: "Fashion-MNIST",
  channels: 1,
  height: 28,
  width: 28,
  classes: [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
  ],
  trainCount: 60_000,
  validationCount: 10_000,
  publication: {
    folderVariable: "FASHION_MNIST_DIR",
    // Where torchvision puts them.
    below: "FashionMNIST/raw",
    // The canonical bucket over TLS, the authors' repository, and the address torchvision uses, which
    // is plain HTTP.
    sources: [
      "https://fashion-mnist.s3.eu-central-1.amazonaws.com",
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    ],
    train: {
      images: {
        name: "train-images-idx3-ubyte.gz",
        bytes: 26_421_880,
        sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        unpackedBytes: 47_040_016,
        unpackedSha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
      },
      labels: {
        name: "train-labels-idx1-ubyte.gz",
        bytes: 29_515,
        sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        unpackedBytes: 60_008,
        unpackedSha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
      },
    },
    test: {
      images: {
        name: "t10k-images-idx3-ubyte.gz",
        bytes: 4_422_102,
        sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        unpackedBytes: 7_840_016,
        unpackedSha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
      },
      labels: {
        name: "t10k-labels-idx1-ubyte.gz",
        bytes: 5_148,
        sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        unpackedBytes: 10_008,
        unpackedSha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
      },
    },
  },
});
