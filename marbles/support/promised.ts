export { promised } from '../kit/promised';
