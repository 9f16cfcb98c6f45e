import { QUESTIONS } from './questions';
import type { Drawn } from './scenario';

/** A file of the gallery. */
export interface Page {
  readonly path: string;
  readonly content: string;
}

type Language = 'en' | 'zh';

const WORDS = {
  en: {
    file: 'docs/scenarios.md',
    other: '[中文](scenarios.zh-CN.md)',
    title: 'Scenarios',
    intro: [
      'Each diagram is drawn from the recorded run of the very test whose sentence stands above it, so it cannot differ from what the library does.',
      'Time runs to the right, in ms, with pauses shortened. A bar is something that takes time: a call, a request, a prompt, a state. Its text says what it carried and what it was answered; its colour is the credential. The letters in front of a sentence are [clauses](clauses.md).',
      'How to write such tests for your own app: [testing.md](testing.md).',
    ],
    more: (count: number) => `${count} more`,
    otherQuestion: 'And also',
  },
  zh: {
    file: 'docs/scenarios.zh-CN.md',
    other: '[English](scenarios.md)',
    title: '场景图',
    intro: [
      '每张图都由对应测试的真实运行记录绘制，图上方的句子就是测试的名字，所以图与库的行为必然一致。',
      '时间向右，单位毫秒，停顿有所压缩。横条是持续一段时间的事：调用、请求、弹窗、状态；文字说明它带了什么、得到什么；颜色代表凭证（自己后端签发的 token）。句子前的编号是[条款](clauses.zh-CN.md)。',
      '如何为自己的小程序写这样的测试：[testing.zh-CN.md](testing.zh-CN.md)。',
    ],
    more: (count: number) => `另外 ${count} 个`,
    otherQuestion: '其他',
  },
} as const;

/** How many scenarios of a question are open when the page is read. */
const SHOWN = 3;

const slug = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 72)
    .replace(/-$/, '');

const figure = (title: string, file: string) =>
  `**${title}**\n\n![${title.replace(/[[\]]/g, '')}](${file})\n`;

/** The gallery: a drawing for each scenario, and a page in each language that groups them by question. */
export function gallery(scenarios: readonly Drawn[]): Page[] {
  const used = new Map<string, number>();
  const files = new Map<Drawn, string>();
  for (const scenario of scenarios) {
    const name = slug(scenario.title);
    const before = used.get(name) ?? 0;
    used.set(name, before + 1);
    files.set(scenario, `scenarios/${name}${before ? `-${before + 1}` : ''}.svg`);
  }

  const questionOf = ({ clauses: [first] }: Drawn) =>
    QUESTIONS.findIndex(({ clauses }) => clauses.includes(first));

  const page = (language: Language): Page => {
    const words = WORDS[language];
    const section = (heading: string, answer: string, group: readonly Drawn[]) => {
      if (!group.length) return [];
      const figures = group.map((scenario) => figure(scenario.title, String(files.get(scenario))));
      const rest = figures.slice(SHOWN);
      return [
        `## ${heading}\n`,
        ...(answer ? [`${answer}\n`] : []),
        ...figures.slice(0, SHOWN),
        ...(rest.length
          ? [`<details><summary>${words.more(rest.length)}</summary>\n`, ...rest, '</details>\n']
          : []),
      ];
    };
    const sections = QUESTIONS.flatMap((question, index) =>
      section(
        question[language],
        question.answer[language],
        scenarios.filter((scenario) => questionOf(scenario) === index),
      ),
    );
    const others = scenarios.filter((scenario) => questionOf(scenario) < 0);
    const contents = QUESTIONS.filter((_, index) =>
      scenarios.some((scenario) => questionOf(scenario) === index),
    ).map((question) => `- ${question[language]}`);
    return {
      path: words.file,
      content: [
        '<!-- Made by npm run docs. -->\n',
        `# ${words.title}\n`,
        `${words.other}\n`,
        ...words.intro.map((paragraph) => `${paragraph}\n`),
        `${contents.join('\n')}\n`,
        ...sections,
        ...section(words.otherQuestion, '', others),
      ].join('\n'),
    };
  };

  return [
    ...[...files].map(([{ svg }, file]) => ({ path: `docs/${file}`, content: svg })),
    page('en'),
    page('zh'),
  ];
}
