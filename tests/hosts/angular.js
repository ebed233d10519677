// Angular 20: CUSTOM_ELEMENTS_SCHEMA allows the tag.
import "@angular/compiler";
import { Component, CUSTOM_ELEMENTS_SCHEMA, provideZonelessChangeDetection, signal } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import "hai-long/define";

const Page = Component({
  selector: "main",
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `<section>
    <hai-long-survey [attr.endpoint]="page.endpoint" [attr.site]="page.site" [dossier]="page.dossier" (hl-saved)="tell($event)"></hai-long-survey>
    <output>{{ told() }}</output>
  </section>`,
})(
  class {
    page = document.body.dataset;
    told = signal("");
    tell({ detail }) {
      this.told.set(`queued: ${detail.queued}`);
    }
  },
);

bootstrapApplication(Page, { providers: [provideZonelessChangeDetection()] });
