// npm run herd: a million clients whose sessions are dropped at once; writes docs/herd.md.
import { herdReport } from '../bench/herd/report';
import { writeReport } from '../bench/write-report';
import { readFlags } from './read-flags';

readFlags(`npm run herd     a million clients whose sessions are dropped at once; writes docs/herd.md`, {});

const began = performance.now();
const report = herdReport();
writeReport('herd', report);
console.log(report.markdown.split('\n')[2].replaceAll('**', ''));
console.log(`docs/herd.md is written, in ${((performance.now() - began) / 1000).toFixed(0)} s`);
