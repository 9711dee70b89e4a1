// What can be done about the customer of the open conversation.

import type { Customer, Identity } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';
import { dialable } from '../../shared/calls';
import { w } from '../../words/words.svelte';

export class CustomerState {
  constructor(private readonly desk: Desk) {}

  async confirm(customer: Customer, identity: Identity, verified: boolean): Promise<void> {
    const change = (to: boolean) => this.desk.attempt('customer.confirm', { customer: customer.id, identity: identity.id, verified: to });
    if (!(await change(verified)).done) return;
    const words = w().customer;
    this.desk.notices.say(verified ? words.confirmedToast : words.unconfirmedToast, {
      tone: verified ? 'good' : 'plain',
      about: identity.value,
      undo: () => void change(!verified),
    });
  }

  async call(number: string): Promise<void> {
    await this.desk.attempt('call.dial', { receiver: { to: 'number', id: dialable(number) ?? number } });
  }

  open(conversation: string): void {
    void this.desk.show(conversation);
  }
}
