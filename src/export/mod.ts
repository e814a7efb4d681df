/** Models as files of other programs: ONNX, PyTorch, NumPy. @module */
export { type ModelForm, onnxModel, type OnnxOptions } from "./onnx_model.ts";
export { decodeOnnx, type OnnxFile } from "./onnx_file.ts";
export { onnxLayer } from "./onnx_layer.ts";
export { type TorchOptions, torchScript } from "./torch_script.ts";
export { checkOnnx } from "./onnx_check.ts";
export { classifierPage, classifierStyle, type PageOptions } from "./page/page.ts";
export { classifierParts, type PageModel, type PagePart } from "./page/parts.ts";
export { type LayerData, layerData } from "./page/layer_data.ts";
export { makesPages, pageScript } from "./page/script.ts";
