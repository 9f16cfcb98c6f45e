import { h } from '../../shared/dom';
import { textOf, type BuiltIn } from './built-in';

const FIT: Readonly<Record<string, string>> = {
  scaleToFill: 'fill',
  aspectFit: 'contain',
  aspectFill: 'cover',
  widthFix: 'fill',
  heightFix: 'fill',
};

/** @param locate - gives the address of a file of the project, or of a temporary file */
export const image = (locate: (source: string) => string): BuiltIn => ({
  tag: 'image',
  properties: { src: String, mode: String, lazyLoad: Boolean },
  attached: ({ element, data, emit }) => {
    const picture = h('img', { alt: '', draggable: 'false' });
    picture.addEventListener('load', () =>
      emit('load', { width: picture.naturalWidth, height: picture.naturalHeight }),
    );
    picture.addEventListener('error', () => emit('error', { errMsg: `GET ${textOf(data.src)} failed` }));
    element.append(picture);
    element.setAttribute('role', 'img');
    return () => {
      const src = textOf(data.src);
      const mode = textOf(data.mode);
      picture.hidden = src === '';
      const address = src === '' ? '' : locate(src);
      if (address !== '' && picture.getAttribute('src') !== address) picture.src = address;
      picture.style.objectFit = FIT[mode] ?? 'fill';
      if (mode === 'widthFix') element.style.height = 'auto';
    };
  },
});
