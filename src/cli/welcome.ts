/** What `npm start` prints: what to open, the story in three commands, and one command for the reader's own clone. */
import type { Served } from '../world.ts';
import { program, type StoryPlace, story } from './story.ts';
import { visible } from './terminal.ts';

export function welcome(served: Served, at: StoryPlace): string {
  return served.site.mode === 'demo' ? welcomeToDemo(served, at) : welcomeHome(served, at);
}

const welcomeHome = ({ site, repositories }: Served, { data }: StoryPlace): string => `
Countersign is listening. It serves ${visible(site.organisation)}, whose log is ${site.origin}.

  open     ${site.url}
  data     ${data}
  git      ${repositories.map((r) => `${site.url}/git/${r.id}.git`).join('\n           ')}
           the user name is an account of the roster, the password a token made for pushing

Stop with Ctrl-C; the data stays.
`;

function welcomeToDemo({ site, repositories }: Served, at: StoryPlace): string {
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
