/** Segregation of duties: whoever writes a change neither approves nor deploys it, and a ticket says why it is made. */
import { PEOPLE, type Profile } from './profile.ts';

export const SOX: Profile = {
  summary: 'Segregation of duties for financial reporting: a ticket, an approver and a deployment each by somebody else.',
  text: `# Profile sox: author, approver and whoever starts the deployment are three people, and every change has a ticket.
#
# Nobody behind a change signs for it, and whoever starts its deployment stands behind it: so an approver who deploys loses
# the approval, and somebody else has to give it.
#
# It does not cover:
# - Whether the ticket is approved, or is about this change: the gate sees that one is named.
# - Data changed by hand, and deployments that never meet a gate.
# - Who may write to the ledger, the roster and the policy: those are controls of their own.
# - Fitness for an audit. It is mechanism; your auditor judges the control.

version: 1

declarations:
  trailers:
    - key: Change-Ticket
      matches: "^[A-Z][A-Z0-9]*-[0-9]+$"
      reason: every change names the ticket that asked for it, such as FIN-1042

rules:
  - id: sox.approval
    description: Somebody who did not make it approves every change, and somebody who did not start it every deployment
    paths: ["**"]
    require: {humans: 1, not: [report], stages: [implementation, deploy]}

  - id: sox.dangerous
    description: Something dangerous was found, so somebody senior approves it and its deployment
    paths: ["**"]
    when: risk.tier >= high
    require: {humans: 1, senior: true, not: [report], stages: [implementation, deploy]}

  - id: sox.critical-system
    description: It changes a system of criticality 1 or 2, so somebody senior approves it and its deployment
    paths: ["**"]
    when: system.criticality <= 2
    require: {humans: 1, senior: true, not: [report], stages: [implementation, deploy]}

  - id: sox.deciding-files
    description: Files that decide who is asked and what runs on the way
    paths: ["**/CODEOWNERS", "**/.githooks/**", "**/.husky/**"]
    require: {humans: 1, senior: true, not: [report]}

tests:
  - name: every change takes somebody who did not make it
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun, message: "Book it\\n\\nChange-Ticket: FIN-7\\n"}
    expect: {result: pending, missing: [{rule: sox.approval, humans: 1, any_of: [mid, sen, top]}]}

  - name: and a ticket
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun}
    signoffs: [{by: sen}]
    expect: {result: deny, codes: [DECLARATION_MISSING]}

  - name: a ticket in words is none
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun, message: "Book it\\n\\nChange-Ticket: urgent\\n"}
    expect: {result: deny, codes: [DECLARATION_MISSING]}

  - name: with both it lands
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun, message: "Book it\\n\\nChange-Ticket: FIN-7\\n"}
    signoffs: [{by: mid}]
    expect: {result: allow}

  - name: and is deployed with an approval of the deployment
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun, behind: {deploy-starter: mid}, message: "Book it\\n\\nChange-Ticket: FIN-7\\n"}
    stage: deploy
    signoffs: [{by: sen}, {by: sen, stage: deploy}]
    expect: {result: allow}

  - name: whoever starts the deployment has approved nothing
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun, behind: {deploy-starter: mid}, message: "Book it\\n\\nChange-Ticket: FIN-7\\n"}
    stage: deploy
    signoffs: [{by: mid}, {by: sen, stage: deploy}]
    expect: {result: pending, missing: [{rule: sox.approval, humans: 1, any_of: [sen, top]}]}

  - name: something dangerous takes a senior
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun, risk: {tier: high}, message: "Book it\\n\\nChange-Ticket: FIN-7\\n"}
    expect: {result: pending, missing: [{rule: sox.dangerous, humans: 1, any_of: [sen, top]}]}

  - name: nobody approves what their manager made
    people: [{id: jun, level: L4, manager: sen}, {id: sen, level: L6}, {id: top, level: L7}]
    change: {paths: [src/a.ts], author: sen, message: "Book it\\n\\nChange-Ticket: FIN-7\\n"}
    expect: {result: pending, missing: [{rule: sox.approval, humans: 1, any_of: [top]}]}
`,
};
