// Writes the example mini-program as WeChat's own tools take it: JavaScript in place of TypeScript, npm not yet built.
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from '../../walkthrough/package-root';
import { ProjectError } from './problem';
import { readProject, writeProject } from './project';

const [into = join(packageRoot, '.run/miniprogram')] = process.argv.slice(2);

readProject([join(packageRoot, 'examples/miniprogram')]).then(
  (project) => {
    rmSync(into, { recursive: true, force: true });
    writeProject(project, into);
    console.log(`${project.texts.size + project.assets.size} files in ${relative(process.cwd(), into)}`);
  },
  (error: unknown) => {
    if (!(error instanceof ProjectError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  },
);
