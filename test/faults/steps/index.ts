import type { Step } from '../fault';
import { app } from './app';
import { backend } from './backend';
import { storage } from './storage';
import { user } from './user';
import { wechat } from './wechat';

export const steps: readonly Step[] = [...wechat, ...storage, ...user, ...backend, ...app];
