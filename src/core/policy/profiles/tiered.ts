/** The default: people are asked where something was found, and a sample of the rest is read after it landed. */
import { OPEN, PEOPLE, type Profile } from './profile.ts';

export const TIERED: Profile = {
  summary: 'Most changes pass; a person for what looks dangerous, a senior for what is, more in critical systems. The default.',
  text: `# Profile tiered: ask where something was found, and read a sample of the rest after it landed.
#
# It does not cover:
# - A change no detector understands, in a system nobody listed, passes as routine. List your systems: with criticality 1 or 2
#   silence about AI counts as assisted, and that takes a senior.
# - A senior with an agent lands routine changes alone. The sample reads some of them afterwards.
# - Without a mark, a routine change outside systems of criticality 1 and 2 counts as a suggestion, so whoever strips the
#   mark is asked as little as a person who typed it all. To close that: provenance: {unattributed: assisted}.
# - A dangerous change cut into harmless pieces is judged piece by piece.

version: 1

submodules: refuse
large_files: refuse

# Two of a hundred changes that passed by themselves are read after landing. Once more than one of the last fifty should
# have been stopped, nothing passes by itself any more (tiered.lane-closed).
sample: {share: 0.02, close_after: {escapes: 1, of: 50}}

rules:
  - id: tiered.elevated
    description: Something was found that another person should look at
    paths: ["**"]
    when: risk.tier >= elevated
    require: {humans: 1}

  - id: tiered.high
    description: Something dangerous was found, so somebody senior answers for it
    paths: ["**"]
    when: risk.tier >= high
    require: {humans: 1, senior: true}

  - id: tiered.critical-in-tier-one
    description: Something critical was found in a system of criticality 1, so two seniors answer for it
    paths: ["**"]
    when: risk.tier >= critical && system.criticality <= 1
    require: {humans: 2, senior: true}

  - id: tiered.found-in-critical-system
    description: Something was found in a system of criticality 1 or 2, so somebody senior looks at it
    paths: ["**"]
    when: risk.tier >= elevated && system.criticality <= 2
    require: {humans: 1, senior: true}

  - id: tiered.assisted-in-critical-system
    description: An AI may have had a hand in a change to a system of criticality 1 or 2
    paths: ["**"]
    when: provenance.level >= assisted && system.criticality <= 2
    require: {humans: 1, senior: true}

  - id: tiered.assisted-below-senior
    description: An AI had a hand in it and the author is not senior, so somebody above the author judges
    paths: ["**"]
    when: provenance.level >= assisted && !author.senior
    require: {humans: 1, senior_to: author}

  - id: tiered.deciding-files
    description: Files that decide who is asked and what runs on the way
    paths: ["**/CODEOWNERS", "**/.githooks/**", "**/.husky/**"]
    require: {humans: 1, senior: true}

  - id: tiered.lane-closed
    description: Too many changes that passed by themselves should have been stopped, so each takes another person again
    paths: ["**"]
    when: "!lane.open"
    require: {humans: 1}

  - id: tiered.everything-else
    description: Whatever no other rule holds back passes by itself
    paths: ["**"]
    optional: true

tests:
  - name: a routine change passes by itself
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: jun}
    expect: {result: allow, rules: []}

  - name: until reviews after landing found too much of it
    ${PEOPLE}
    lane: {sampled: 50, escapes: 2}
    change: {paths: [src/a.ts], author: jun}
    expect: {result: pending, rules: [tiered.lane-closed], missing: [{rule: tiered.lane-closed, humans: 1, any_of: [mid, sen, top]}]}

  - name: one escape of fifty is no reason
    ${PEOPLE}
    lane: {sampled: 50, escapes: 1}
    change: {paths: [src/a.ts], author: jun}
    expect: {result: allow}

  - name: and where nobody says what they found
    ${PEOPLE}
    change: {paths: [src/a.ts], author: jun}
    expect: {result: pending, rules: [tiered.lane-closed]}

  - name: something small takes another person, and a newcomer will do for a senior
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: sen, risk: {tier: elevated}}
    expect: {result: pending, rules: [tiered.elevated], missing: [{rule: tiered.elevated, humans: 1, any_of: [jun, mid, top]}]}

  - name: silence about AI does not spare a junior the senior where something was found
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: jun, risk: {tier: elevated}}
    expect: {result: pending, missing: [{rule: tiered.assisted-below-senior, humans: 1, any_of: [mid, sen, top]}]}

  - name: nor does a denial
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: jun, message: "Fix\\n\\nAssisted-by: none\\n", risk: {tier: elevated}}
    expect: {result: pending, missing: [{rule: tiered.assisted-below-senior, humans: 1, any_of: [mid, sen, top]}]}

  - name: something dangerous takes a senior
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: sen, risk: {tier: high}}
    expect: {result: pending, missing: [{rule: tiered.high, humans: 1, any_of: [top]}]}

  - name: something critical too, and the signature of one lets it pass
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: jun, risk: {tier: critical}}
    signoffs: [{by: sen}]
    expect: {result: allow}

  - name: the author does not count, nor does somebody below senior
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: top, risk: {tier: critical}}
    signoffs: [{by: top}, {by: mid}]
    expect: {result: pending, ignored: [{by: top, reason: SOD_AUTHOR}]}

  - name: an assisted change by a junior takes somebody above
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: mid, provenance: {level: assisted}}
    expect: {result: pending, missing: [{rule: tiered.assisted-below-senior, humans: 1, any_of: [sen, top]}]}

  - name: an assisted change by a senior passes
    ${PEOPLE}
    ${OPEN}
    change: {paths: [src/a.ts], author: sen, provenance: {level: assisted}}
    expect: {result: allow}

  - name: files that decide take a senior
    ${PEOPLE}
    ${OPEN}
    change: {paths: [.github/CODEOWNERS], author: mid}
    expect: {result: pending, missing: [{rule: tiered.deciding-files, humans: 1, any_of: [sen, top]}]}
`,
};
