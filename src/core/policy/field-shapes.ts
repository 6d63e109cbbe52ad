/** The small shapes that policy, roster and case files are made of. */
import * as z from 'zod';
import { validGlob } from '../change/glob.ts';

const ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;
export const id = z.string().regex(ID, 'must be of a-z, 0-9, dot, dash and underscore, at most 64 characters');
export const words = z.string().trim().min(1, 'must not be empty').max(400, 'must be at most 400 characters');
export const glob = z.string().superRefine((pattern, context) => {
  const wrong = validGlob(pattern);
  if (wrong !== undefined) context.addIssue({ code: 'custom', message: `is not a path pattern: ${wrong}` });
});
export const globs = z.array(glob).min(1, 'must name at least one path').max(5_000);
export const expression = z.string();
export const names = z.array(words).max(100);
