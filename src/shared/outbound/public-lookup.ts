import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { AddressRules } from './address-rules.ts';
import { OutboundError } from './outbound-error.ts';

/** Asks the name servers. Tests name one of their own. */
export type NameResolver = Pick<Resolver, 'resolve4' | 'resolve6'>;

/**
 * Names of strangers go to the name servers directly (c-ares), not through the system's `getaddrinfo`: that one blocks a thread of the few that the whole process has, so names whose servers
 * never answer would hold up the calls to the model. The hosts file and search domains count for hosts that the operator named only.
 */
export const createNameResolver = (): NameResolver => new Resolver({ timeout: 2000, tries: 2 });

/** All addresses of a name. @throws OutboundError name_not_found, or url_not_allowed when one of them must not be called */
export async function publicAddresses(
  name: string,
  resolver: NameResolver,
  rules: AddressRules,
): Promise<{ address: string; family: 4 | 6 }[]> {
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const addresses = answers.flatMap((answer, index) =>
    answer.status === 'fulfilled'
      ? answer.value.map((address) => ({ address, family: index === 0 ? 4 : 6 }) as const)
      : [],
  );
  if (addresses.length === 0) throw new OutboundError('name_not_found', `No address was found for ${name}.`);
  if (!addresses.every(({ address }) => rules.mayConnectTo(address)))
    throw new OutboundError('url_not_allowed', `${name} stands for an address that is not public.`);
  return addresses;
}

/** The look-up of a connection: the addresses that were judged are the ones it connects to, so a name cannot change in between. */
export const createPublicLookup = (resolver: NameResolver, rules: AddressRules): LookupFunction => {
  return (name, options, callback) => {
    publicAddresses(name, resolver, rules).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error) => callback(error, []),
    );
  };
};
