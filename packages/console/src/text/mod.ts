export {
  editedEnds,
  kindOfEnds,
  type LineEdit,
  type LineEnd,
  type Lines,
  linesOf,
  prevailingEnd,
  retyped,
  textOf,
  withLineFeeds,
} from './line-ends.ts';
export { isPathSegment } from './path-segment.ts';
