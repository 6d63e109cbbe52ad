/** Where a browser goes after signing in: a page of ours, named by whoever wrote the link that led here. */

/** Words between slashes, and nothing else: no host, no scheme, no backslash, no query, no dot, no percent sign, no line end. */
const PAGE = /^\/(?:[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*)?$/;

/** The path where it is one of our pages, and the first page for everything else: total over what a stranger wrote. */
export const backTo = (asked: string | undefined): string =>
  asked !== undefined && asked.length <= 200 && PAGE.test(asked) && !/^\/(?:api|git)(?:\/|$)/i.test(asked) ? asked : '/';
