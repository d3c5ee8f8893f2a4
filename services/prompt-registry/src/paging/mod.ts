export {
  encodeMark,
  encodeNumber,
  type Page,
  type PageMark,
  pageOf,
  parseLimit,
  parseMark,
  parseNumber,
  rowsToFetch,
} from './cursor.ts';
