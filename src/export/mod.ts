/** Models as files of other programs: ONNX, PyTorch, NumPy. @module */
export { type ModelForm, onnxModel, type OnnxOptions } from "./onnx_model.ts";
