/**
 * SQL as stores write it: a template tag that turns values into parameters, so that no value ever becomes part of a statement's text.
 * `join` and `empty` compose fragments.
 */
export { default as sql, empty, join, Sql } from 'sql-template-tag';
