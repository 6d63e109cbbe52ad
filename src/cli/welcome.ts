/** What `npm start` prints: what to open, the story in three commands, and one command for the reader's own clone. */
import type { Served } from '../world.ts';

export function welcome({ site, repositories }: Served, at: { readonly port: number; readonly data: string }): string {
  const remote = `http://jonas:demo@localhost:${at.port}/git/infra.git`;
  return `
Countersign is listening. ${site.organisation} is a sample organisation: demo data, on loopback only.

  open     ${site.url}
  data     ${at.data}
  git      ${repositories.map((r) => `${site.url}/git/${r.id}.git (${r.title.toLowerCase()})`).join('\n           ')}
           everybody's password is "demo"; main and release are protected

The story, in three commands (in another terminal):

  git clone ${remote} /tmp/larkspur-infra && cd /tmp/larkspur-infra
  perl -pi -e 's/"orders-prod"/"larkspur-orders-prod"/; $_ = "" if /prevent_destroy/' databases/orders/main.tf
  git -c user.name='Jonas Keller' -c user.email=jonas@larkspur.example commit -am 'Follow the naming convention' -m 'Assisted-by: claude-code:claude-opus-4' && git push

The push is refused, and says who can sign and where. On the page, act as Mara Lindqvist (L6), answer, sign; push again.

From another machine:  ssh -L ${at.port}:localhost:${at.port} <this machine>   then open ${site.url}
In a clone of your own: ${process.execPath} ${process.argv[1] ?? 'countersign'} check
Stop with Ctrl-C; the data stays.
`;
}
