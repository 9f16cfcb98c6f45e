import type { MiniProgramCode } from '../shared/mini-program-code';
import { button } from './built-ins/button';
import { register } from './built-ins/built-in';
import { containers } from './built-ins/containers';
import { form } from './built-ins/form';
import { image } from './built-ins/image';
import { input, textarea } from './built-ins/input';
import { navigator } from './built-ins/navigator';
import { pageContainers } from './built-ins/page-container';
import { switchBuiltIn } from './built-ins/switch';
import type { Device } from './device';
import { fileUrl } from './files';
import { createFramework, type Templates } from './framework';
import { Memory } from './memory';
import { ModuleLoader } from './module-loader';
import { PageStack } from './page-stack';
import type { Problems } from './problems';
import { watchSession } from './watch-session';
import { watchWx } from './watch-wx';
import { byId } from '../shared/dom';
import { askPhoneNumber, askPrivacy, askProfile, chooseAvatar, showContract } from './ui/consent';
import { hideToast, offerNickname, showActionSheet, showModal, showToast } from './ui/feedback';
import { Frame } from './ui/frame';
import { editSettings } from './ui/settings';
import { createWx } from './wx/index';

type App = Record<string, unknown>;

/** Runs a compiled mini-program on this page. */
export function runMiniProgram(
  code: MiniProgramCode,
  templates: Templates,
  device: Device,
  problems: Problems,
): void {
  const { attempt } = problems;
  let app: App = {};
  const [firstPage] = code.app.pages;
  const name = code.app.window?.navigationBarTitleText ?? '小程序';

  const framework = createFramework(code, templates, problems.show);
  const pages = new PageStack({
    code,
    screen: byId('screen'),
    create: (path, parent) => framework.create(path, parent),
    attempt,
    onChange: () => {
      frame.showTop(pages.paths.at(-1) ?? '', pages.window, pages.depth);
      device.tell({ kind: 'phone', text: pages.paths.at(-1) ?? '' });
    },
  });
  const frame = new Frame({
    ...(code.app.tabBar && { tabBar: code.app.tabBar }),
    onBack: () => pages.back(1),
    onTab: (path) => pages.switchTab(`/${path}`),
    onMenu: () => void account.settings(),
    onLeave: () => device.set({ background: true }),
    onReturn: () => device.set({ background: false }),
  });
  const { run } = device.world;
  const overlays = pageContainers();
  const { wx, account, privacy, launch } = createWx({
    device,
    storage: new Memory(run, device.appid, device.user, 'storage'),
    decisions: new Memory(run, device.appid, device.user, 'decisions'),
    pages,
    closeContainer: overlays.closeTop,
    firstPage,
    ui: {
      askPhoneNumber: (realtime) => askPhoneNumber(name, realtime),
      askProfile: () => askProfile(name),
      chooseAvatar,
      editSettings,
      showToast,
      hideToast,
      showModal,
      showActionSheet,
      setTitle: (title) => frame.setTitle(title),
      privacy: { ask: () => askPrivacy(name), showContract },
    },
  });

  const watched = watchWx(wx, device);
  const loader = new ModuleLoader(code.modules, {
    wx: watched,
    App: (definition: App) => void (app = definition),
    getApp: () => app,
    getCurrentPages: () => pages.callers,
    Behavior: framework.Behavior,
  });

  const builtIns = [
    ...containers,
    button((openType, buttonId, emit) => void openTypes(openType, buttonId, emit)),
    input((field, fill) => {
      if (privacy.agreed) offerNickname(field, '小满', fill);
    }),
    textarea,
    form,
    image(fileUrl),
    navigator((how, url) => attempt(() => (how === 'switchTab' ? pages.switchTab(url) : pages.push(url)))),
    switchBuiltIn,
    overlays.builtIn,
  ];
  for (const builtIn of builtIns) register(framework.space, builtIn);

  /** `getPhoneNumber|agreePrivacyAuthorization`: the tap is the consent, and then the question. */
  async function openTypes(openType: string, id: string, emit: (type: string, detail: object) => void) {
    const types = openType.split('|');
    if (types.includes('agreePrivacyAuthorization')) {
      privacy.buttonTapped(id);
      emit('agreeprivacyauthorization', { errMsg: 'agreePrivacyAuthorization:ok' });
    }
    for (const type of types) {
      const detail = await account.openType(type);
      if (detail) emit(type.toLowerCase(), detail);
    }
  }

  // The key that an Android phone has for it.
  window.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && !overlays.closeTop() && pages.depth > 1) pages.back(1);
  });

  const tellApp = (hook: string, ...given: unknown[]) =>
    attempt(() => {
      const method = app[hook];
      if (typeof method === 'function') method.apply(app, given);
    });

  let inBackground = false;
  device.changes.on(({ background }) => {
    if (background === inBackground) return;
    inBackground = background;
    frame.setBackground(background);
    device.tell({ kind: 'phone', text: background ? 'background' : 'foreground' });
    tellApp(background ? 'onHide' : 'onShow', launch);
    if (background) pages.hide();
    else pages.show();
  });

  new ResizeObserver(([{ contentRect }]) =>
    document.documentElement.style.setProperty('--vh', `${contentRect.height / 100}px`),
  ).observe(byId('screen'));

  // Pages rely on what the app set up: without it each would only fail after it.
  if (!attempt(() => void loader.load('app.js'))) return;
  watchSession(app.session, device);
  tellApp('onLaunch', launch);
  tellApp('onShow', launch);
  for (const path of Object.keys(code.components))
    attempt(() => framework.register(path, (constructors) => void loader.load(`${path}.js`, constructors)));
  attempt(() => pages.restart(`/${firstPage}`));

  window.addEventListener('burst', (event) =>
    attempt(() => {
      const { burst } = app;
      if (typeof burst === 'function') burst.call(app, (event as CustomEvent<number>).detail);
    }),
  );
}
