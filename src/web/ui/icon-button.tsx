import { Button, type ButtonProps } from './button.tsx';
import { Tooltip } from './tooltip.tsx';

/** A button that is only a picture. Its name is read out, and shown as a hint unless another one says more. */
export const IconButton = ({
  label,
  hint = label,
  size = 'icon-sm',
  ...props
}: Omit<ButtonProps, 'aria-label' | 'variant'> & { label: string; hint?: string }) => (
  <Tooltip hint={hint}>
    <Button variant="ghost" size={size} aria-label={label} {...props} />
  </Tooltip>
);
