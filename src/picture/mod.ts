/** Pictures of runs, images and weights as SVG. @module */
export { classScoresPicture } from "./class_scores_picture.ts";
export { classSharesPicture } from "./class_shares.ts";
export { commonMagnitude, signedPixels } from "./colour_map.ts";
export { confusionPicture } from "./confusion_matrix.ts";
export {
  convergencePicture,
  type CurvePoint,
  curvesPicture,
  curvesTitle,
  measuredIn,
  type NamedCurve,
} from "./curves.ts";
export { featureMapsPicture } from "./feature_maps_picture.ts";
export { mistakesPicture, pixelsOf, randomPredictionsPicture, sampleSheet } from "./galleries.ts";
export { gridPicture, inRows } from "./image_grid.ts";
export { rateCurvePicture, type RateCurvePoint } from "./rate_curve.ts";
export { reliabilityPicture } from "./reliability.ts";
export {
  type StudyAxis,
  studyContourPicture,
  studyCurvesPicture,
  type StudyDot,
  studyHistoryPicture,
  studyParallelPicture,
  studySlicePicture,
  type StudyView,
} from "./study_pictures.ts";
export { filtersPicture, weightImagesPicture } from "./weight_pictures.ts";
