/** What the files of this folder share. */
import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** The context of the command that runs, made of its options and the program's. */
export type Connect = (command: Command) => Context;
