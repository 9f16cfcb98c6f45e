// The words of messages and of the default tips: a test of them would repeat them.
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Which arguments of these functions are words for people. */
const WORDS = { sessionError: [1], configInvalid: [1], need: [2], words: [0, 1, 2, 3] };

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'texts', {
    shouldIgnore({ parentPath, key, listKey }) {
      if (listKey !== 'arguments' || parentPath?.node.type !== 'CallExpression') return undefined;
      const { callee } = parentPath.node;
      return WORDS[callee.name]?.includes(key) ? 'words for people' : undefined;
    },
  }),
];
