/** What `npm start` prints: what to open, the story in three commands, and one command for the reader's own clone. */
import type { Served } from '../world.ts';
import { program, type StoryPlace, story } from './story.ts';

export function welcome({ site, repositories }: Served, at: StoryPlace): string {
  return `
Countersign is listening. ${site.organisation} is a sample organisation: demo data, on loopback only.

  open     ${site.url}
  data     ${at.data}
  git      ${repositories.map((r) => `${site.url}/git/${r.id}.git (${r.title.toLowerCase()})`).join('\n           ')}
           everybody's password is "demo"; main and release are protected

${story(at)}

From another machine:  ssh -L ${at.port}:localhost:${at.port} <this machine>   then open ${site.url}
In a clone of your own: ${program()} check
  (its answers say "countersign" for all of that before "check")
Stop with Ctrl-C; the data stays.
`;
}
