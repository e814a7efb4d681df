/** Settings of what is chosen by name, their checks, and sentences on what is wrong. @module */
export { explain, type Spell } from "./explain.ts";
export { guessOf, nearest } from "./nearest.ts";
export {
  aliasesOf,
  type AnySpec,
  callable,
  type Complete,
  complete,
  defaultOf,
  named,
  namesOf,
  type NoSettings,
  problem,
  type Schemas,
  schemasOf,
  type SettingSchema,
  type Spec,
  withName,
} from "./settings.ts";
