/**
 * Folders that hold the four files, in the order they are tried: the canonical bucket over TLS,
 * the authors' GitHub repository, and the address torchvision uses, which is plain HTTP. Which one
 * delivers does not matter: SHA-256 decides.
 */
export const sources: readonly string[] = [
  "https://fashion-mnist.s3.eu-central-1.amazonaws.com",
  "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
  "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
];
