#include "catalogue.h"

#include "catalogue_rows.h"
#include "pages_words.h"

#include <inttypes.h>
#include <string.h>

enum { HOLES_MAX = 8, DEPTH_MAX = 4, SENTENCE_BYTES = 4096 };

static const struct catalogue_row spoken[] = {
    { "bilag - sales from the tills into PowerOffice Go: look, check, decide\n\nusage: bilag COMMAND "
      "[--config DIR] ...\n\n",
      "bilag - salg fra kassene til PowerOffice Go: se, kontrollere, avgjøre\n\nbruk: bilag KOMMANDO "
      "[--config DIR] ...\n\n" },
    { "\n  bilag COMMAND --help   its options\n  bilag help settings    every setting of bilag.yaml "
      "and of venues, with preset, bounds and meaning\n\nThe configuration is in --config DIR, else $BILAG_CONFIG, "
      "else /etc/bilag.\nExit: 0 fine; 1 something is red, held, faulty or refused; 2 wrong usage; 100 "
      "the configuration\ncannot be used.\n",
      "\n  bilag KOMMANDO --help  valgene til kommandoen\n  bilag help settings    alle innstillinger "
      "i bilag.yaml og for salgssteder, med forvalg, grenser og betydning\n\nKonfigurasjonen ligger i --config DIR, ellers "
      "$BILAG_CONFIG, ellers /etc/bilag.\nSluttkode: 0 i orden; 1 noe er rødt, stoppet, feil eller "
      "avvist; 2 feil bruk; 100 konfigurasjonen\nkan ikke brukes.\n" },
    { "Looking", "Se" },
    { "Sales that come in", "Salg som kommer inn" },
    { "Deciding", "Avgjøre" },
    { "Setting up", "Sette opp" },
    { "Keeping", "Ta vare på" },
    { "no address of this machine can be listened on", "ingen adresse på denne maskinen kan lyttes på" },
    { "%s  ClientId %.*s  %s %s  %s%" PRId64 "  %" PRId64 " ms\n", "%s  ClientId %.*s  %s %s  %s%" PRId64 "  %" PRId64 " ms\n" },
    { "venues/%s.yaml does not say which company it is of", "venues/%s.yaml sier ikke hvilket firma det hører til" },
    { "say list, setup VENUE --like OTHER (the first: --company NUMBER), connect VENUE or confirm VENUE; see --help",
      "si list, setup SALGSSTED --like ANNET (det første: --company NUMMER), connect SALGSSTED eller confirm SALGSSTED; se --help" },
    { "say setup VENUE --like OTHER, or, for the first one, setup VENUE --company NUMBER",
      "si setup SALGSSTED --like ANNET, eller, for det første, setup SALGSSTED --company NUMMER" },
    { "PowerOffice's chart of accounts could not be read, so %s has no accounts: take it and keys/%.*s away and try again, or "
      "write them by hand",
      "PowerOffices kontoplan kunne ikke leses, så %s har ingen kontoer: fjern den og keys/%.*s og prøv igjen, eller skriv dem "
      "inn for hånd" },
    { "%s is written, with accounts suggested from PowerOffice's chart: look at each line. Automatic transfer and invoicing are "
      "off.\nNext: bilag check --venue %.*s\n",
      "%s er skrevet, med kontoer foreslått fra PowerOffices kontoplan: se på hver linje. Automatisk overføring og fakturering "
      "er av.\nNeste: bilag check --venue %.*s\n" },
    { "the file or the key of %s is there already; it is changed by hand",
      "filen eller nøkkelen til %s finnes alt; den endres for hånd" },
    { "no client key came on stdin; give it there: bilag venues setup %s ... < FILE",
      "det kom ingen klientnøkkel på stdin; gi den der: bilag venues setup %s ... < FIL" },
    { "\nUntil then nothing of it is sent.\n", "\nFør det sendes ingenting av det.\n" },
    { "nothing is written", "ingenting er skrevet" },
    { "%s\nThe venue's file stays, without accounts. Give the key anew if it is not connected in a minute: bilag venues connect %s",
      "%s\nFilen til salgsstedet blir liggende, uten kontoer. Gi nøkkelen på nytt hvis det ikke er koblet til om et minutt: "
      "bilag venues connect %s" },
    { "%.*s is neither PowerOffice's Demo nor this machine: nothing is probed where books are kept",
      "%.*s er verken PowerOffices demo eller denne maskinen: det prøves ingenting der noen fører regnskap" },
    { "%.*s is not connected: it has no client key", "%.*s er ikke tilkoblet: det har ingen klientnøkkel" },
    { "--rate: requests a second, 1 to 1000", "--rate: forespørsler i sekundet, 1 til 1000" },
    { "not seen", "ikke sett" },
    { "no switch", "ingen bryter" },
    { "Not asked, because it could not be taken back: orders, invoices, products, and connecting with the browser.\n",
      "Ikke spurt om, fordi det ikke kan tas tilbake: ordre, fakturaer, produkter, og tilkobling med nettleseren.\n" },
    { "%sleft standing%s  voucher %s, reference %s: the next bilag probe takes it back, or reverse it in PowerOffice\n",
      "%sblir stående%s  bilag %s, referanse %s: neste bilag probe tar det tilbake, eller tilbakefør det i PowerOffice\n" },
    { "%zu vouchers of a probe that did not end are looked for, and taken back\n",
      "%zu bilag fra en prøve som ikke ble ferdig, letes opp og tas tilbake\n" },
    { "%zu requests\n", "%zu forespørsler\n" },
    { "whose keys are used", "hvis nøkler som brukes" },
    { "every request and answer, a line each; unsaid bilag-probe.ndjson",
      "hver forespørsel og hvert svar, en linje hver; usagt bilag-probe.ndjson" },
    { "requests a second; unsaid 2", "forespørsler i sekundet; usagt 2" },
    { "what PowerOffice's documents leave open: asks its demo environment, tells it as switches of bilag-sandbox",
      "det dokumentasjonen til PowerOffice lar stå åpent: spør demomiljøet, svarer med bryterne til bilag-sandbox" },
    { "a document's requests to PowerOffice and its answers, for its support",
      "dokumentets forespørsler til PowerOffice og svarene, til kundestøtten der" },
    { "the venues and their connection; setup: one like another; connect: put a client key in place and test it; confirm: "
      "QuickOrder has its add-on",
      "salgsstedene og tilkoblingen; setup: et nytt likt et annet; connect: legg inn en klientnøkkel og prøv den; confirm: "
      "QuickOrder har utvidelsen" },
    { "connect: say yes in PowerOffice, in a browser; nothing is pasted",
      "connect: si ja i PowerOffice, i en nettleser; ingenting limes inn" },
    { "connect, confirm: why; kept in the audit trail", "connect, confirm: hvorfor; lagres i revisjonssporet" },
    { "usage:", "bruk: " },
    { "the configuration; else $BILAG_CONFIG, else /etc/bilag", "konfigurasjonen; ellers $BILAG_CONFIG, ellers /etc/bilag" },
    { "Exit: 0 fine; 1 something is red, held, faulty or refused; 2 wrong usage; 100 the configuration "
      "cannot be used.\n",
      "Sluttkode: 0 i orden; 1 noe er rødt, stoppet, feil eller avvist; 2 feil bruk; 100 "
      "konfigurasjonen kan ikke brukes.\n" },
    { "there is no option --%.*s%s%s%s; see bilag %s --help", "valget --%.*s finnes ikke%s%s%s; se bilag %s --help" },
    { "; did you mean --", "; mente du --" },
    { "bilag: there is no command %s%s%s%s; bilag --help lists them\n",
      "bilag: kommandoen %s finnes ikke%s%s%s; bilag --help viser dem som finnes\n" },
    { "; did you mean ", "; mente du " },
    { "--%.*s wants a value", "--%.*s må ha en verdi" },
    { "\"%s\" is no text in UTF-8; set the terminal, or the script that runs bilag, to UTF-8",
      "«%s» er ikke tekst i UTF-8; sett terminalen, eller skriptet som kjører bilag, til UTF-8" },
    { "what it says could not be written", "utskriften kunne ikke skrives" },
    { "more than %d arguments", "flere enn %d argumenter" },
    { "one document, receipt or venue at most", "høyst ett dokument, én bong eller ett salgssted" },
    { "every decision: who, when, what, why", "alle beslutninger: hvem, når, hva, hvorfor" },
    { "FAULT", "FEIL " },
    { "note ", "merk " },
    { "  %sonline%s %.*s: %zu accounts, %zu VAT codes, %zu departments%s%.*s\n",
      "  %sonline%s %.*s: %zu kontoer, %zu mva-koder, %zu avdelinger%s%.*s\n" },
    { "; the key lacks ", "; nøkkelen mangler " },
    { "  not connected: it has no client key\n", "  ikke tilkoblet: det har ingen klientnøkkel\n" },
    { "  %sFAULT%s  PowerOffice could not be reached at %.*s. Check the network and the addresses in " "bilag.yaml.\n",
      "  %sFEIL%s   PowerOffice svarte ikke på %.*s. Kontroller nettverket og adressene i bilag.yaml.\n" },
    { "  %sFAULT%s  %.*s [%s]\n", "  %sFEIL%s   %.*s [%s]\n" },
    { "  %snote %s  ", "  %smerk %s  " },
    { "%s%zu faults%s, %zu notes\n", "%s%zu feil%s, %zu merknader\n" },
    { "%s%zu fault%s, %zu notes\n", "%s%zu feil%s, %zu merknader\n" },
    { "%s%zu faults%s, %zu note\n", "%s%zu feil%s, %zu merknad\n" },
    { "%s%zu fault%s, %zu note\n", "%s%zu feil%s, %zu merknad\n" },
    { "only this venue", "bare dette salgsstedet" },
    { "also ask PowerOffice, now", "spør også PowerOffice, nå" },
    { "is the set-up right? every fault, each with its mend", "er oppsettet riktig? hver feil, med det som retter den" },
    { "why; kept in the audit trail", "hvorfor; lagres i revisjonssporet" },
    { "without asking", "uten å spørre" },
    { "which of the contents that came under one number is right; the others are listed as not booked",
      "hvilket innhold som er riktig når flere kom under samme nummer; de andre listes som ikke bokført" },
    { "from this receipt on its register counts its numbers anew: what came under known numbers is " "booked as well",
      "fra denne bongen teller kassen på nytt: det som kom under kjente numre, bokføres også" },
    { "not connected", "ikke koblet" },
    { "no such number", "ukjent nummer" },
    { "archived", "arkivert" },
    { "connected", "koblet" },
    { "  reference %.*s", "  referanse %.*s" },
    { "  %" PRIu64 " order", "  %" PRIu64 " ordre" },
    { "  %" PRIu64 " orders", "  %" PRIu64 " ordre" },
    { ", %s%" PRIu64 " waiting%s", ", %s%" PRIu64 " venter%s" },
    { "  %" PRIu64 " to be invoiced by hand", "  %" PRIu64 " faktureres manuelt" },
    { "  last %s", "  sist %s" },
    { "  not seen in any order yet", "  ennå ikke sett i noen ordre" },
    { "  archived", "  arkivert" },
    { "\nPowerOffice's customers were not read yet: that happens when the first order is looked at, or "
      "at once with\n  bilag check --venue %.*s --online\n",
      "\nKundene i PowerOffice er ikke lest ennå: det skjer når den første ordren behandles, eller med "
      "en gang med\n  bilag check --venue %.*s --online\n" },
    { "\n%sCustomers in PowerOffice%s, as read %s\n", "\n%sKunder i PowerOffice%s, lest %s\n" },
    { "  none%s\n", "  ingen%s\n" },
    { " that match", " som passer" },
    { "%sTill customers of company %.*s%s\n", "%sKassekunder i firma %.*s%s\n" },
    { " seen yet: they come with the first credit sale", " sett ennå: de kommer med det første kredittsalget" },
    { "PowerOffice's customers could not be read anew: %s", "kundene i PowerOffice kunne ikke leses på nytt: %s" },
    { "the till customer's name is too long", "navnet på kassekunden er for langt" },
    { "%sconnected%s  %.*s  %" PRId64 "%s%.*s%s\n", "%skoblet%s  %.*s  %" PRId64 "%s%.*s%s\n" },
    { "  (already)", "  (fra før)" },
    { "PowerOffice's customers were not read yet, so the number could not be checked; it will be "
      "before anything is sent.\n",
      "Kundene i PowerOffice er ikke lest ennå, så nummeret kunne ikke kontrolleres; det blir gjort "
      "før noe sendes.\n" },
    { "No order of %.*s has been seen yet; it is connected for those to come.\n",
      "Ingen ordre fra %.*s er sett ennå; kunden er koblet for dem som kommer.\n" },
    { "Did you mean one that has been seen: ", "Mente du en som er sett: " },
    { "the reference was not kept: %s", "referansen ble ikke lagret: %s" },
    { "Its orders say the reference %.*s, where the receipt says none.\n",
      "Ordrene får referansen %.*s når bongen ikke har noen.\n" },
    { "Its orders say the till's order number as reference, where the receipt says none.\n",
      "Ordrene får kassens ordrenummer som referanse når bongen ikke har noen.\n" },
    { "%s is no customer number; they are whole numbers such as 10001",
      "%s er ikke et kundenummer; det er hele tall som 10001" },
    { "a reference is a text of %d characters at most", "en referanse er en tekst på høyst %d tegn" },
    { "%s is not connected", "%s er ikke koblet" },
    { "disconnected  %s  (was %" PRId64 "). Orders that are not sent yet are held from now on.\n",
      "koblet fra  %s  (var %" PRId64 "). Ordre som ikke er sendt, holdes tilbake fra nå av.\n" },
    { "%s cannot be read: %m", "%s kan ikke leses: %m" },
    { "%s cannot be read", "%s kan ikke leses" },
    { "%s is larger than %d MB", "%s er større enn %d MB" },
    { "%s has no row with a till customer and a number", "%s har ingen linje med en kassekunde og et nummer" },
    { "%s line %" PRIu64 ": %s", "%s linje %" PRIu64 ": %s" },
    { "nothing was connected", "ingenting ble koblet" },
    { "Of %zu connections, %zu are of customers that no order has had yet (bilag customers list).\n",
      "Av %zu koblinger er %zu for kunder som ingen ordre har hatt ennå (bilag customers list).\n" },
    { "nobody alike", "ingen som ligner" },
    { "same organisation number", "samme organisasjonsnummer" },
    { "same name", "samme navn" },
    { "several alike: choose with list --search", "flere som ligner: velg med list --search" },
    { "PowerOffice's customers were not read yet; `bilag check --venue %.*s --online` reads them",
      "kundene i PowerOffice er ikke lest ennå; `bilag check --venue %.*s --online` leser dem" },
    { "To connect: bilag customers --venue %.*s connect TILL-CUSTOMER NUMBER\n",
      "Koble med: bilag customers --venue %.*s connect KASSEKUNDE NUMMER\n" },
    { "Every till customer seen so far is connected.\n", "Alle kassekunder som er sett til nå, er koblet.\n" },
    { "%s wants %zu words after it; see bilag customers --help", "%s skal ha %zu ord etter seg; se bilag customers --help" },
    { "there is no `bilag customers %s`; see bilag customers --help",
      "`bilag customers %s` finnes ikke; se bilag customers --help" },
    { "whose company", "firmaet til dette salgsstedet" },
    { "list: part of a name, or how a number or organisation number begins",
      "list: en del av navnet, eller begynnelsen på nummeret eller organisasjonsnummeret" },
    { "connect: the buyer's reference for its orders; an empty one takes it away",
      "connect: kjøpers referanse for ordrene; en tom tar den bort" },
    { "which customer in PowerOffice a till's customer is; connected ones show green",
      "hvilken kunde i PowerOffice en kassekunde er; koblede er grønne" },
    { "%s; see bilag %s --help", "%s; se bilag %s --help" },
    { "wrong number of arguments", "feil antall argumenter" },
    { "--reason \"why\" is needed: it is kept in the audit trail",
      "--reason \"hvorfor\" må oppgis: den lagres i revisjonssporet" },
    { "%s is no document's name; they look like oslo-grill/2026-11-20/1 or oslo-grill/order/K1/6",
      "%s er ikke navnet på et dokument; de ser ut som oslo-grill/2026-11-20/1 eller " "oslo-grill/order/K1/6" },
    { "there is no document %s; `bilag status` shows those there are",
      "dokumentet %s finnes ikke; `bilag status` viser dem som finnes" },
    { "decision %" PRIu64 ": %s %.*s%s%.*s, because %s. It takes effect within a second while the stages run.\n",
      "beslutning %" PRIu64 ": %s %.*s%s%.*s, fordi %s. Den virker innen et sekund når prosessene kjører.\n" },
    { "--from DATE is needed: the first business day whose credit sales become orders",
      "--from DATO må oppgis: den første salgsdagen der kredittsalg blir ordre" },
    { "auto_invoice is off for %.*s on %s: turn it on in %.*s first",
      "auto_invoice er av for %.*s den %s: slå det på i %.*s først" },
    { "whose", "hvilket salgssted" },
    { "the first business day", "første salgsdag" },
    { "make orders of earlier credit sales, after automatic invoicing was turned on",
      "lag ordre av tidligere kredittsalg, etter at automatisk fakturering ble slått på" },
    { "instead of documents: all of this venue for which it can be done, ...",
      "i stedet for dokumenter: alle på dette salgsstedet som det kan gjøres for, ..." },
    { "... from this business day on", "... fra og med denne salgsdagen" },
    { "... to this business day", "... til og med denne salgsdagen" },
    { "... that have this problem", "... som har dette problemet" },
    { "more than one: without asking", "flere enn ett: uten å spørre" },
    { "post the voucher on this day, because its own is locked", "før bilaget på denne dagen, fordi dets egen er låst" },
    { "let documents go in spite of a problem of completeness, or post one on another day",
      "la dokumenter gå videre tross et problem, eller før et bilag på en annen dag" },
    { "a person has entered or invoiced it in PowerOffice: it is kept, and never sent",
      "noen har ført eller fakturert det i PowerOffice: det beholdes, og sendes aldri" },
    { "send again what PowerOffice refused or a person took back there, or have an invoice or a PDF sent, when its cause is mended",
      "send på nytt det PowerOffice avviste eller noen tok tilbake der, eller en faktura eller PDF, når årsaken er rettet" },
    { "let stay reversed what a person reversed in PowerOffice; bilag resend takes it back",
      "la det bli stående reversert som noen reverserte i PowerOffice; bilag resend tar det tilbake" },
    { "reverse vouchers in PowerOffice; their days are mapped again and sent anew",
      "reverser bilag i PowerOffice; dagene bygges på nytt og sendes igjen" },
    { "order", "ordre" },
    { "voucher", "bilag" },
    { "  number %" PRId64 " in PowerOffice", "  nummer %" PRId64 " i PowerOffice" },
    { "  sent %s", "  sendt %s" },
    { "\n  business day %s", "\n  salgsdag %s" },
    { ", part %" PRIu32 ", posted on %s, SAF-T batch %.*s", ", del %" PRIu32 ", bokført %s, SAF-T-bunt %.*s" },
    { "\n  reference %.*s, company %.*s, revision %" PRIu32 ", mapping %.*s%s\n",
      "\n  referanse %.*s, firma %.*s, revisjon %" PRIu32 ", oppsett %.*s%s\n" },
    { " (the set-up is another one now)", " (oppsettet er et annet nå)" },
    { " (to be mapped again)", " (bygges på nytt)" },
    { "decisions\n", "beslutninger\n" },
    { "  %s  %.*s: %.*s%s%.*s, because %.*s\n", "  %s  %.*s: %.*s%s%.*s, fordi %.*s\n" },
    { "trail\n", "spor\n" },
    { "  %s  %.*s, revision %" PRIu32 "%s%.*s\n", "  %s  %.*s, revisjon %" PRIu32 "%s%.*s\n" },
    { "lines\n", "linjer\n" },
    { "  %2zu  %-6s VAT %-4.*s dept. %-4.*s %14s  %.*s%.*s\n", "  %2zu  %-6s mva. %-4.*s avd. %-4.*s %14s  %.*s%.*s\n" },
    { "the mapping that made them\n", "oppsettet som ga dem\n" },
    { "  %s %-16.*s %5s %% -> account %" PRId64 ", VAT code %.*s  %14s  (%" PRIu64 ", first %.*s)\n",
      "  %s %-16.*s %5s %% -> konto %" PRId64 ", mva-kode %.*s  %14s  (%" PRIu64 ", først %.*s)\n" },
    { "sold", "solgt" },
    { "paid", "betalt" },
    { "  manual %s %.*s %14s %.*s %.*s %.*s %.*s\n", "  manuelt %s %.*s %14s %.*s %.*s %.*s %.*s\n" },
    { "movement", "kassebevegelse" },
    { "receipt left out,", "bong holdt utenfor," },
    { "left out", "holdt utenfor" },
    { "not known", "ikke kjent" },
    { "  manual %" PRIu64 " more: bilag manual --venue %.*s\n", "  manuelt %" PRIu64 " til: bilag manual --venue %.*s\n" },
    { "  sales %s = voucher %s + orders %s + manual %s\n", "  salg %s = bilag %s + ordre %s + manuelt %s\n" },
    { "its receipts cannot be shown: %s\n", "bongene kan ikke vises: %s\n" },
    { "nothing is kept of them", "ingenting er lagret om dem" },
    { "the venue is not in the configuration", "salgsstedet finnes ikke i konfigurasjonen" },
    { "receipts\n", "bonger\n" },
    { "  %" PRIu64 " receipts, together %s\n", "  %" PRIu64 " bonger, til sammen %s\n" },
    { "  %" PRIu64 " receipt, together %s\n", "  %" PRIu64 " bong, til sammen %s\n" },
    { "  %" PRIu64 " of its receipts are older than retention_days and no longer kept one by one\n",
      "  %" PRIu64 " av bongene er eldre enn retention_days og ikke lenger lagret én for én\n" },
    { "  the line says %s: a switch was turned since, and the shares are shown with today's switches\n",
      "  linjen sier %s: en bryter er endret siden, og andelene vises med bryterne slik de er nå\n" },
    { "line %zu: account %" PRId64 ", VAT code %.*s, %s  %.*s\n", "linje %zu: konto %" PRId64 ", mva-kode %.*s, %s  %.*s\n" },
    { "  receipt %.*s/%.*s/%" PRIu64 ", order %.*s, customer %.*s\n",
      "  bong %.*s/%.*s/%" PRIu64 ", ordre %.*s, kunde %.*s\n" },
    { "  PowerOffice's total %s%s\n", "  PowerOffice kommer til %s%s\n" },
    { ": its rounding, nothing to do", ": avrunding, ingenting å gjøre" },
    { "  invoice dated %s%s%s\n", "  faktura datert %s%s%s\n" },
    { "  %2zu  product %-10.*s account %-6" PRId64 " VAT %5s %% %14s of %s  %.*s\n",
      "  %2zu  produkt %-10.*s konto %-6" PRId64 " mva. %5s %% %14s av %s  %.*s\n" },
    { "  sold %-16.*s %5s %% %14s  %.*s\n", "  solgt %-16.*s %5s %% %14s  %.*s\n" },
    { "  paid %-16.*s         %14s\n", "  betalt %-16.*s        %14s\n" },
    { "  %14s  %.*s: never transferred, listed under manual\n", "  %14s  %.*s: overføres aldri, listes under manuelt\n" },
    { "  takes back %.*s/%" PRIu64 "\n", "  tar tilbake %.*s/%" PRIu64 "\n" },
    { "%s%s%s, %s of %s, business day %s: %s\n", "%s%s%s, %s fra %s, salgsdag %s: %s\n" },
    { "another content under this number", "et annet innhold under dette nummeret" },
    { "another content, decided", "et annet innhold, avgjort" },
    { "booked nowhere", "ikke bokført noe sted" },
    { "not booked", "ikke bokført" },
    { "  `bilag choose` says which one is right; `bilag restarted`, that the register counts anew\n",
      "  `bilag choose` sier hvilket som er riktig; `bilag restarted` at kassen teller på nytt\n" },
    { "%s%.*s%s  %s of %s, business day %s\n", "%s%.*s%s  %s fra %s, salgsdag %s\n" },
    { "  left out by decision %" PRIu64 ": it stands under manual, and in no voucher and no order\n",
      "  holdt utenfor av beslutning %" PRIu64 ": den står under manuelt, og ikke i noe bilag eller noen ordre\n" },
    { "  taken back by %.*s, on business day %s\n", "  tatt tilbake av %.*s, på salgsdag %s\n" },
    { "  %slines and payments differ%s: it is booked nowhere, and its day is held\n",
      "  %slinjer og betalinger er ulike%s: den er ikke bokført noe sted, og dagen holdes tilbake\n" },
    { "    no share of its lines can be worked out: problem share-undefined\n",
      "    andelen av linjene kan ikke regnes ut: problem share-undefined\n" },
    { "    line %2zu  account %" PRId64 ", VAT code %.*s  %14s\n",
      "    linje %2zu  konto %" PRId64 ", mva-kode %.*s  %14s\n" },
    { "to its order", "til ordren" },
    { "manual, not transferred", "manuelt, overføres ikke" },
    { "    manual, not transferred  gift cards sold  %14s\n", "    manuelt, overføres ikke  solgte gavekort  %14s\n" },
    { "  not yet in a voucher: its day is being built\n", "  ennå ikke i noe bilag: dagen bygges\n" },
    { "  came %s by %.*s", "  kom %s med %.*s" },
    { ", token %" PRIu64 "%s%.*s%s", ", token %" PRIu64 "%s%.*s%s" },
    { "there is no venue %.*s", "salgsstedet %.*s finnes ikke" },
    { "receipt %.*s is not known: it never came, ingest refused it (bilag refused list), or it is "
      "older than retention_days (%d)",
      "bong %.*s er ukjent: den er aldri kommet, ingest avviste den (bilag refused list), eller den er "
      "eldre enn retention_days (%d)" },
    { "there is no document %.*s; `bilag status` shows those there are",
      "dokumentet %.*s finnes ikke; `bilag status` viser dem som finnes" },
    { "%.*s has %zu lines", "%.*s har %zu linjer" },
    { "%s is neither a document (oslo-grill/2026-11-20/1, oslo-grill/order/K1/6), nor a line of one "
      "(oslo-grill/2026-11-20/1:3), nor a receipt (oslo-grill/K1/12)",
      "%s er verken et dokument (oslo-grill/2026-11-20/1, oslo-grill/order/K1/6), en linje i et "
      "(oslo-grill/2026-11-20/1:3) eller en bong (oslo-grill/K1/12)" },
    { "one document, line or receipt; see bilag explain --help",
      "ett dokument, én linje eller én bong; se bilag explain --help" },
    { "a voucher's receipts, a line's receipts, or what became of a receipt",
      "bongene i et bilag eller en linje, eller hva som ble av en bong" },
    { "--from DATE and --to DATE are needed", "--from DATO og --to DATO må oppgis" },
    { "first business day", "første salgsdag" },
    { "last business day", "siste salgsdag" },
    { "for a spreadsheet: semicolons, amounts in kroner", "for regneark: semikolon, beløp i kroner" },
    { "then send what is ready (automatic transfer is off)", "send så det som er klart (automatisk overføring er av)" },
    { "the vouchers of a period with account and counter account, and their transfer",
      "bilagene i en periode med konto og motkonto, og overføring av dem" },
    { "\r%s: %" PRIu64 " accepted, %" PRIu64 " duplicates, %" PRIu64 " refused%s",
      "\r%s: %" PRIu64 " mottatt, %" PRIu64 " kjent fra før, %" PRIu64 " avvist%s" },
    { "%s%s: %s %" PRIu64 " refused: %.*s\n", "%s%s: %s %" PRIu64 " avvist: %.*s\n" },
    { "%s: further refused ones are counted, not shown\n", "%s: flere avviste telles, men vises ikke\n" },
    { "%s: %" PRIu64 " receipts, %" PRIu64 " voids, %" PRIu64 " Z reports, %" PRIu64 " movements, %" PRIu64
      " training; %" PRIu32 " registers\n",
      "%s: %" PRIu64 " bonger, %" PRIu64 " annulleringer, %" PRIu64 " Z-rapporter, %" PRIu64 " kassebevegelser, %"
      PRIu64 " øvelser; %" PRIu32 " kasser\n" },
    { "%s: %" PRIu64 " receipts, %" PRIu64 " voids, %" PRIu64 " Z reports, %" PRIu64 " movements, %" PRIu64
      " training; %" PRIu32 " register\n",
      "%s: %" PRIu64 " bonger, %" PRIu64 " annulleringer, %" PRIu64 " Z-rapporter, %" PRIu64 " kassebevegelser, %"
      PRIu64 " øvelser; %" PRIu32 " kasse\n" },
    { "  note: %s (%" PRIu64 ", first: %s) [%s]\n", "  merk: %s (%" PRIu64 ", først: %s) [%s]\n" },
    { "%s: %s; the first %" PRIu64 " events are stored, give the same command again for the rest",
      "%s: %s; de første %" PRIu64 " hendelsene er lagret, gi samme kommando igjen for resten" },
    { "%s: %" PRIu64 " accepted, %" PRIu64 " duplicates, %" PRIu64 " refused\n",
      "%s: %" PRIu64 " mottatt, %" PRIu64 " kjent fra før, %" PRIu64 " avvist\n" },
    { "%s: %" PRIu64 " of these are parked until their venue is set up: bilag refused list\n",
      "%s: %" PRIu64 " av disse er parkert til salgsstedet er satt opp: bilag refused list\n" },
    { "which file? see bilag import --help", "hvilken fil? se bilag import --help" },
    { "--format is saft or ndjson, not %s", "--format er saft eller ndjson, ikke %s" },
    { "--wait is a number of seconds, %d at most", "--wait er et antall sekunder, høyst %d" },
    { "of the files; else a name ending in .xml is SAF-T, all others NDJSON",
      "filenes format; ellers er navn på .xml SAF-T, alle andre NDJSON" },
    { "whose sales a SAF-T file holds", "salgsstedet som SAF-T-filen gjelder" },
    { "SAF-T: also a file of another organisation number than the venue's",
      "SAF-T: også en fil med et annet organisasjonsnummer enn salgsstedets" },
    { "also when a hundred lines in a row are no events", "også når hundre linjer på rad ikke er hendelser" },
    { "for a bilag-ingest that does not answer; 30 unless said",
      "på en bilag-ingest som ikke svarer; 30 om ikke annet er sagt" },
    { "sales from files into the event log; the same file again changes nothing",
      "salg fra filer inn i hendelsesloggen; samme fil en gang til endrer ingenting" },
    { "why; kept in the audit trail, and shown under manual", "hvorfor; lagres i revisjonssporet, og vises under manuelt" },
    { "what it comes to, where the receipt does not tell", "hva den kommer til, når bongen ikke sier det" },
    { "instead of receipts: those that a problem names, of this venue, ...",
      "i stedet for bonger: dem et problem nevner, på dette salgsstedet, ..." },
    { "... with this problem", "... med dette problemet" },
    { "a receipt leaves its day for what is entered by hand; the rest goes on",
      "en bong tas ut av dagen og føres manuelt; resten går videre" },
    { "of %.*s, %s kr more (%" PRIu64
      " or more items) are to be done by hand but cannot be listed: their receipts are older than "
      "retention_days, or a switch was turned since; the till's own journal has them",
      "av %.*s skal %s kr til (%" PRIu64
      " eller flere poster) føres manuelt, men de kan ikke listes: bongene er eldre enn "
      "retention_days, eller en bryter er endret siden; kassens egen journal har dem" },
    { "one of --csv and --json at a time", "bare én av --csv og --json om gangen" },
    { "only business days from this one on", "bare salgsdager fra og med denne" },
    { "only business days up to this one", "bare salgsdager til og med denne" },
    { "for a spreadsheet: a row a line, semicolons, decimal comma",
      "for regneark: en rad per linje, semikolon, desimalkomma" },
    { "for programs; amounts in øre", "for programmer; beløp i øre" },
    { "what is to be invoiced and entered by hand: customer, order, lines, VAT",
      "det som skal faktureres og føres manuelt: kunde, ordre, linjer, mva." },
    { "only of this till customer", "bare for denne kassekunden" },
    { "only what needs a person", "bare det som trenger noen" },
    { "the order history: sent or not, when, and the number in PowerOffice",
      "ordrehistorikken: sendt eller ikke, når, og nummeret i PowerOffice" },
    { "%.*s is not connected to PowerOffice: `bilag venues connect %.*s`",
      "%.*s er ikke koblet til PowerOffice: `bilag venues connect %.*s`" },
    { "PowerOffice refuses the key of %.*s: %.*s", "PowerOffice avviser nøkkelen til %.*s: %.*s" },
    { "the key of %.*s lacks rights in PowerOffice: %.*s", "nøkkelen til %.*s mangler rettigheter i PowerOffice: %.*s" },
    { "PowerOffice could not be asked at %.*s (%s)", "PowerOffice kunne ikke spørres på %.*s (%s)" },
    { "fine", "i orden" },
    { "missing", "mangler" },
    { "`bilag products create` makes it, or make it in PowerOffice.",
      "`bilag products create` oppretter det, eller opprett det i PowerOffice." },
    { "Take it out of the archive in PowerOffice.", "Hent det fram fra arkivet i PowerOffice." },
    { "other account", "annen konto" },
    { "Change the product's standard sales account in PowerOffice, or the account in the venue's file.",
      "Endre standard salgskonto på produktet i PowerOffice, eller kontoen i filen til salgsstedet." },
    { "two accounts", "to kontoer" },
    { "Give each account a product code of its own in the venue's file.",
      "Gi hver konto sin egen produktkode i filen til salgsstedet." },
    { "no account", "ingen konto" },
    { "Name the account in the venue's file.", "Oppgi kontoen i filen til salgsstedet." },
    { "no such account", "ukjent konto" },
    { "Make the account in PowerOffice, or correct it in the venue's file.",
      "Opprett kontoen i PowerOffice, eller rett den i filen til salgsstedet." },
    { ", reduced VAT", ", redusert mva." },
    { "  (PowerOffice has it on %" PRId64 ")", "  (PowerOffice har det på %" PRId64 ")" },
    { "  (in PowerOffice it has no account of its own)", "  (i PowerOffice har det ingen egen konto)" },
    { "  (and %" PRId64 ")", "  (og %" PRId64 ")" },
    { "%sProducts of %.*s%s", "%sProdukter for %.*s%s" },
    { ", PowerOffice's list as read %s", ", listen i PowerOffice lest %s" },
    { "  none: no product type in %.*s names a product code\n", "  ingen: ingen varetype i %.*s har produktkode\n" },
    { "To be made in PowerOffice%s%.*s:\n", "Opprettes i PowerOffice%s%.*s:\n" },
    { ", in the books of ", ", i regnskapet til " },
    { "  %-14.*s %-24.*s standard sales account %" PRId64 "\n", "  %-14.*s %-24.*s standard salgskonto %" PRId64 "\n" },
    { "Nothing is missing.\n", "Ingenting mangler.\n" },
    { "Make them?", "Opprette dem?" },
    { "%zu of %zu made.\n", "%zu av %zu opprettet.\n" },
    { "%.*s: PowerOffice refuses it to this key; making products wants the right Product_Full (%.*s)",
      "%.*s: PowerOffice tillater det ikke med denne nøkkelen; å opprette produkter krever rettigheten "
      "Product_Full (%.*s)" },
    { "%.*s: PowerOffice says %ld %.*s", "%.*s: PowerOffice svarer %ld %.*s" },
    { "say check or create; see bilag products --help", "si check eller create; se bilag products --help" },
    { "whose products", "produktene til dette salgsstedet" },
    { "create: without asking", "create: uten å spørre" },
    { "which products orders need in PowerOffice; make the missing ones",
      "hvilke produkter ordre trenger i PowerOffice; opprett dem som mangler" },
    { "no events: the till must send them as they should be (bilag refused list)",
      "ingen hendelser: kassen må sende dem slik de skal være (bilag refused list)" },
    { "not kept whole: the till must send them again", "ikke lagret helt: kassen må sende dem på nytt" },
    { "can be parked now; was: ", "kan parkeres nå; var: " },
    { "waits for its venue; was: ", "venter på salgsstedet; var: " },
    { "of venues that are not set up, with a company's token: they can be taken in once the venue is set up as that company's",
      "fra salgssteder som ikke er satt opp, med et selskaps token: de kan tas inn når salgsstedet er satt opp som det selskapets" },
    { "its token does not open this venue; was: ", "tokenet åpner ikke dette salgsstedet; var: " },
    { "sent with a token that does not open their venue, and never taken in: see who has the token (bilag tokens list); the till must "
      "send them with its own",
      "sendt med et token som ikke åpner salgsstedet, og tas aldri inn: se hvem som har tokenet (bilag tokens list); kassen må sende "
      "dem med sitt eget" },
    { "can be taken in now; was: ", "kan tas inn nå; var: " },
    { "taken in since; was: ", "tatt inn siden; var: " },
    { "taken in since with other content; was: ", "tatt inn siden med annet innhold; var: " },
    { "dismissed; was: ", "avklart; var: " },
    { "%6zu  %s  %.*s line %" PRIu64 "%s%s%.*s: %s%.*s\n        ", "%6zu  %s  %.*s linje %" PRIu64 "%s%s%.*s: %s%.*s\n        " },
    { "parked  %.*s: %" PRIu64 " events, of them %" PRIu64 " receipts of %s, %.10s to %.10s; %s\n",
      "parkert  %.*s: %" PRIu64 " hendelser, derav %" PRIu64 " bonger på %s, %.10s til %.10s; %s\n" },
    { "set up now: taken in when bilag-mapper loads the configuration (SIGHUP); those that stay need a record that is damaged: "
      "bilag fsck",
      "satt opp nå: tas inn når bilag-mapper leser oppsettet på nytt (SIGHUP); blir noen liggende, er en post som de trenger, "
      "skadet: bilag fsck" },
    { "set the venue up (bilag check) and reload, and they are taken in",
      "sett opp salgsstedet (bilag check) og last på nytt, så tas de inn" },
    { "dismissed; kept", "avklart; beholdes" },
    { "nothing was refused\n", "ingenting er avvist\n" },
    { "%zu of these can be taken in now: bilag refused retry\n", "%zu av disse kan tas inn nå: bilag refused retry\n" },
    { "%s is no number of the list (bilag refused list)", "%s er ikke et nummer i listen (bilag refused list)" },
    { "--reason TEXT is needed: why nothing is missing without it",
      "--reason TEKST må oppgis: hvorfor ingenting mangler uten den" },
    { "%" PRIu64 " dismissed: kept and listed, and no longer counted\n",
      "%" PRIu64 " avklart: beholdes og listes, og telles ikke lenger\n" },
    { "--reason TEXT is needed: why nothing is missing without them",
      "--reason TEKST må oppgis: hvorfor ingenting mangler uten dem" },
    { "nothing is parked for %s (bilag refused list)", "ingenting er parkert for %s (bilag refused list)" },
    { "%s is set up: its parked sales are taken in, and are not dismissed (bilag refused list)",
      "%s er satt opp: det parkerte salget tas inn og kan ikke avvises (bilag refused list)" },
    { "--venue VENUE is needed: whose parked sales%s", "--venue SALGSSTED må oppgis: hvilket parkerte salg%s" },
    { "%" PRIu64 " dismissed: kept and listed, no longer red, and taken in should %.*s ever be set up\n",
      "%" PRIu64 " avklart: beholdes og listes, ikke lenger rødt, og tas inn dersom %.*s settes opp\n" },
    { "%" PRIu64 " taken in, %" PRIu64 " known already, %" PRIu64 " refused again\n",
      "%" PRIu64 " tatt inn, %" PRIu64 " kjent fra før, %" PRIu64 " avvist igjen\n" },
    { "%" PRIu64 " of them are parked until their venue is set up\n",
      "%" PRIu64 " av dem er parkert til salgsstedet er satt opp\n" },
    { "  the first because: %.*s\n", "  den første fordi: %.*s\n" },
    { "list, show NUMBER, retry or dismiss NUMBER|all; see bilag refused --help",
      "list, show NUMMER, retry eller dismiss NUMMER|all; se bilag refused --help" },
    { "only of this venue, as far as the line said it", "bare fra dette salgsstedet, så langt linjen sa det" },
    { "only from this day (UTC) on", "bare fra og med denne dagen (UTC)" },
    { "of dismiss: why nothing is missing without it; kept in the audit trail",
      "til dismiss: hvorfor ingenting mangler uten den; lagres i revisjonssporet" },
    { "sales that are parked until their venue is set up; events that ingest did not take, why, and "
      "taking them in once they can be",
      "salg som er parkert til salgsstedet er satt opp; hendelser som ingest ikke tok imot, hvorfor, "
      "og å ta dem inn når det går" },
    { "where to", "hvor" },
    { "a voucher's day as a page: sums, registers, Z reports, what was left out",
      "dagen til et bilag som side: summer, kasser, Z-rapporter, det som ble holdt utenfor" },
    { "--venue VENUE is needed", "--venue SALGSSTED må oppgis" },
    { "the venue %s is left out: %s", "salgsstedet %s er utelatt: %s" },
    { "there is no venue %s; `bilag venues list` shows those there are",
      "salgsstedet %s finnes ikke; `bilag venues list` viser dem som finnes" },
    { "--%s wants a date such as 2026-11-20, not \"%s\"", "--%s må ha en dato som 2026-11-20, ikke «%s»" },
    { "not done: say --yes, or run it at a terminal", "ikke utført: si --yes, eller kjør det i en terminal" },
    { "cannot write %s.new: %s", "kan ikke skrive %s.new: %s" },
    { "cannot write %s: %s", "kan ikke skrive %s: %s" },
    { "one of --json, --html and --prometheus at a time", "bare én av --json, --html og --prometheus om gangen" },
    { "--red and --brief are of the text; --json and the others hold everything",
      "--red og --brief gjelder teksten; --json og de andre har med alt" },
    { "a line a venue", "en linje per salgssted" },
    { "everything, for programs; amounts in øre", "alt, for programmer; beløp i øre" },
    { "a page for a browser, put in place whole; of a folder: a page a venue",
      "en side for nettleser, lagt på plass hel; i en mappe: en side per salgssted" },
    { "a folder of pages holds all venues; --venue writes one into a file",
      "en mappe med sider har alle salgssteder; --venue skriver ett i en fil" },
    { "figures for monitoring", "tall for overvåking" },
    { "what is sent, what waits, what is red and what to do about it",
      "hva som er sendt, hva som venter, hva som er rødt, og hva som kan gjøres" },
    { "say where to: a folder that is empty or not there yet", "si hvor: en mappe som er tom eller ikke finnes ennå" },
    { "%-12s %10" PRIu64 " records %6" PRIu64 ".%" PRIu64 " MB\n", "%-12s %10" PRIu64 " poster   %6" PRIu64 ",%" PRIu64 " MB\n" },
    { "%-12s not there yet\n", "%-12s finnes ikke ennå\n" },
    { "All as of one moment, in %s, after %" PRId64 ".%" PRId64 " s. Keys and configuration are not in it.\n",
      "Alt fra ett øyeblikk, i %s, etter %" PRId64 ",%" PRId64 " s. Nøkler og konfigurasjon er ikke med.\n" },
    { "a copy of all stores as of one moment, while the stages run",
      "en kopi av alle lagre fra ett øyeblikk, mens prosessene kjører" },
    { "  %sdamaged%s  %s%s%.*s%s%.*s: %.*s\n", "  %sskadet%s  %s%s%.*s%s%.*s: %.*s\n" },
    { ", table ", ", tabell " },
    { ", record ", ", post " },
    { "%-12s not there\n", "%-12s finnes ikke\n" },
    { "%-12s %sof another version%s\n  %s\n", "%-12s %sav en annen versjon%s\n  %s\n" },
    { "%-12s %s%10" PRIu64 " records, fine%s\n", "%-12s %s%10" PRIu64 " poster, i orden%s\n" },
    { "%-12s %s%10" PRIu64 " damaged%s\n", "%-12s %s%10" PRIu64 " skadet%s\n" },
    { "  what to do: %s\n", "  hva som kan gjøres: %s\n" },
    { "one folder at most", "høyst én mappe" },
    { "is every record of every store whole, and has every voucher receipts behind it? DIR: of a backup",
      "er hver post i hvert lager hel, og har hvert bilag bonger bak seg? DIR: i en sikkerhetskopi" },
    { "  %sred%s  %.*s: %.*s\n", "  %srødt%s  %.*s: %.*s\n" },
    { "%-12s %s%10" PRIu64 " to look at%s\n", "%-12s %s%10" PRIu64 " å se på%s\n" },
    { "%-12s %s%10" PRIu64 " documents, each with receipts behind it, each day closed in time%s\n",
      "%-12s %s%10" PRIu64 " dokumenter, alle med bonger bak seg, hver dag avsluttet i tide%s\n" },
    { "say from where: a folder that bilag backup made", "si hvorfra: en mappe som bilag backup har laget" },
    { "this backup is %s; nothing was changed", "denne sikkerhetskopien er %s; ingenting er endret" },
    { "damaged", "skadet" },
    { "of another version", "av en annen versjon" },
    { "Restored from %s. What was there before is in %s: remove it when all is well.\nStart the "
      "stages. Then have everything since the backup delivered again - the tills' SAF-T files (bilag "
      "import), the spool files -: what is known already changes nothing, and what PowerOffice has "
      "already is found by its reference.\n",
      "Gjenopprettet fra %s. Det som var der før, ligger i %s: fjern det når alt er i orden.\nStart "
      "prosessene. Få så alt siden sikkerhetskopien levert på nytt - kassenes SAF-T-filer (bilag "
      "import), spool-filene -: det som er kjent, endrer ingenting, og det PowerOffice alt har, blir "
      "funnet ved referansen.\n" },
    { "postgresql:\"host=a,b dbname=bilag\", or folder", "postgresql:\"host=a,b dbname=bilag\", eller folder" },
    { "%-12s is there already\n", "%-12s er der allerede\n" },
    { "%-12s %10" PRIu64 " records copied, and each compared\n", "%-12s %10" PRIu64 " poster kopiert, og hver av dem sammenlignet\n" },
    { "bilag.yaml names another server (state: postgresql:)", "bilag.yaml oppgir en annen tjener (state: postgresql:)" },
    { "bilag.yaml does not say where the stores are (state: postgresql:)", "bilag.yaml sier ikke hvor lagrene er (state: postgresql:)" },
    { "--to postgresql:\"host=a,b dbname=bilag\", or --to folder", "--to postgresql:\"host=a,b dbname=bilag\", eller --to folder" },
    { "what stands behind --to is longer than 1,023 characters", "det som står bak --to er lengre enn 1 023 tegn" },
    { "%s; nothing is lost: mend it and give the same command again",
      "%s; ingenting er tapt: rett det og gi den samme kommandoen en gang til" },
    { "The stores lie in PostgreSQL. Write state: {postgresql: ...} into bilag.yaml and start the stages. What was there is kept "
      "beside (data.mdb.moved): remove it when all is well.\n",
      "Lagrene ligger i PostgreSQL. Skriv state: {postgresql: ...} i bilag.yaml og start prosessene. Det som var der, er beholdt ved "
      "siden av (data.mdb.moved): fjern det når alt er bra.\n" },
    { "The stores lie in their folders. Take state: postgresql: out of bilag.yaml and start the stages. What was in PostgreSQL is "
      "kept there, closed: drop it when all is well.\n",
      "Lagrene ligger i mappene sine. Ta state: postgresql: ut av bilag.yaml og start prosessene. Det som var i PostgreSQL, er "
      "beholdt der, lukket: fjern det når alt er bra.\n" },
    { "a customer's or employee's name gives way to a pseudonym; only while nothing runs",
      "et pseudonym trer i stedet for en kundes eller ansatts navn; bare når ingenting kjører" },
    { "whose customer (of its company, so at all the company's venues), or whose employee",
      "hvem kunden hører til (foretaket, så alle foretakets salgssteder), eller den ansatte" },
    { "the customer as the till says it", "kunden slik kassen skriver den" },
    { "or the employee as the till says it", "eller den ansatte slik kassen skriver den" },
    { "why; kept in the audit trail, so without the name", "hvorfor; lagres i revisjonssporet, så uten navnet" },
    { "all stores from their folders into PostgreSQL, or back; only while nothing runs",
      "alle lagre fra mappene sine til PostgreSQL, eller tilbake; bare når ingenting kjører" },
    { "all stores from a backup; only while no stage runs",
      "alle lagre fra en sikkerhetskopi; bare når ingen prosess kjører" },
    { "whose some of the tips are is not known: their receipts are older than retention_days, or a "
      "switch was turned since; the till's own journal has them",
      "hvem noe av tipsen tilhører, er ikke kjent: bongene er eldre enn retention_days, eller en "
      "bryter er endret siden; kassens egen journal har dem" },
    { "for a spreadsheet: a row an employee and voucher, semicolons, decimal comma",
      "for regneark: en rad per ansatt og bilag, semikolon, desimalkomma" },
    { "tips by employee and day, for payroll: to the øre what stands on the tip account",
      "tips per ansatt og dag, for lønn: på øret det som står på tipskontoen" },
    { "say whose sales it may write: --venue VENUE [VENUE ...] or --company NUMBER",
      "si hvilket salg den kan skrive: --venue SALGSSTED [SALGSSTED ...] eller --company NUMMER" },
    { "%.*s is no name of a %s", "%.*s er ikke navnet på et %s" },
    { "company", "firma" },
    { "like", "likt" },
    { "client", "klient" },
    { "customer %.*s", "kunde %.*s" },
    { "customer %.*s, before that %.*s", "kunde %.*s, før det %.*s" },
    { "amount %s kr", "beløp %s kr" },
    { "a customer", "en kunde" },
    { "an employee", "en ansatt" },
    { "decision %" PRIu64 "%s%.*s", "beslutning %" PRIu64 "%s%.*s" },
    { "receipts are missing", "bonger mangler" },
    { "Z report and receipts differ", "Z-rapport og bonger er ulike" },
    { "there is no Z report", "Z-rapporten mangler" },
    { "the running total does not fit", "akkumulert total stemmer ikke" },
    { "PowerOffice has another total", "PowerOffice har en annen sum" },
    { "sold without VAT", "solgt uten mva." },
    { "receipts in no Z report", "bonger uten Z-rapport" },
    { "receipts in two Z reports", "bonger i to Z-rapporter" },
    { "the till's clock was wrong", "kasseklokken gikk feil" },
    { "to invoice", "å fakturere" },
    { "gift card sold", "gavekort solgt" },
    { "gift card used", "gavekort brukt" },
    { "not transferred", "ikke overført" },
    { "cash movement", "kassebevegelse" },
    { "not booked", "ikke bokført" },
    { "left reversed", "forblir tilbakeført" },
    { "venue", "salgssted" },
    { "%d venues at most", "høyst %d salgssteder" },
    { "revoke NUMBER --reason TEXT; bilag tokens list has the numbers",
      "revoke NUMMER --reason TEKST; bilag tokens list har numrene" },
    { "--zeromq: a public CURVE key of %d letters (Z85), or new for a pair that is made here",
      "--zeromq: en offentlig CURVE-nøkkel på %d tegn (Z85), eller new for et par som lages her" },
    { "there is no token %" PRIu64 "; bilag tokens list has them",
      "token %" PRIu64 " finnes ikke; bilag tokens list viser dem" },
    { "add, list or revoke; see bilag tokens --help", "add, list eller revoke; se bilag tokens --help" },
    { "add: whose sales it may write; further venues as words",
      "add: hvilket salg den kan skrive; flere salgssteder som ord" },
    { "add: of all venues of this organisation number, also later ones",
      "add: for alle salgssteder med dette organisasjonsnummeret, også senere" },
    { "add: who has it", "add: hvem som har den" },
    { "revoke: why; kept in the audit trail", "revoke: hvorfor; lagres i revisjonssporet" },
    { "who may send whose sales over HTTP and ZeroMQ", "hvem som kan sende hvilket salg over HTTP og ZeroMQ" },
    { "add: for ZeroMQ over TCP, whoever has this public CURVE key; or new, for a pair that is made here",
      "add: for ZeroMQ over TCP, den som har denne offentlige CURVE-nøkkelen; eller new, for et par som lages her" },
    { "take a decision back, by its number in the audit trail",
      "ta en beslutning tilbake, etter nummeret i revisjonssporet" },
    { "no client key", "ingen klientnøkkel" },
    { "not tried yet", "ikke prøvd ennå" },
    { "key refused", "nøkkel avvist" },
    { "subscription key refused", "abonnementsnøkkel avvist" },
    { "other client", "annen klient" },
    { "rights missing", "mangler tilgang" },
    { "on", "på" },
    { "off", "av" },
    { "refused: bilag check", "nektet: bilag check" },
    { "    company %.*s, %s%.*s%sextension %s; transfer %s, invoicing %s\n",
      "    firma %.*s, %s%.*s%sutvidelse %s; overføring %s, fakturering %s\n" },
    { "department ", "avdeling " },
    { "%s%-20.*s%s %sleft out%s        %s\n", "%s%-20.*s%s %sutelatt%s         %s\n" },
    { "In PowerOffice: Menu, Settings, Extensions, Add extension, ",
      "I PowerOffice: Meny, Innstillinger, Utvidelser, Legg til utvidelse, " },
    { "Custom (\"Egendefinert\"), application key %.*s (%s)", "Egendefinert, applikasjonsnøkkel %.*s (%s)" },
    { "; copy the client key.\n", "; kopier klientnøkkelen.\n" },
    { "Client key (it is not shown): ", "Klientnøkkel (den vises ikke): " },
    { "%sconnected%s  %.*s, to the books of %.*s\n", "%stilkoblet%s  %.*s, til regnskapet til %.*s\n" },
    { "%srights missing%s  %.*s. Grant them to the extension in PowerOffice: Settings, Extensions.\n",
      "%smangler tilgang%s  %.*s. Gi utvidelsen tilgangen i PowerOffice: Innstillinger, Utvidelser.\n" },
    { "Running stages take the key up when they reload (SIGHUP; `systemctl reload 'bilag-*'`).\nNext: "
      "bilag check --venue %.*s --online\n",
      "Prosesser som kjører, tar nøkkelen i bruk når de leser på nytt (SIGHUP; `systemctl reload "
      "'bilag-*'`).\nSå: bilag check --venue %.*s --online\n" },
    { "PowerOffice refuses the key: %.*s", "PowerOffice avviser nøkkelen: %.*s" },
    { "the key is stored and not tested: PowerOffice refuses the subscription key of this installation (%.*s); connect it again "
      "when that is mended", "nøkkelen er lagret og ikke prøvd: PowerOffice avviser abonnementsnøkkelen til denne installasjonen "
      "(%.*s); koble til igjen når det er rettet" },
    { "the key is stored and not tested: PowerOffice could not be asked at %.*s (%s); connect it again when it can",
      "nøkkelen er lagret, men ikke prøvd: PowerOffice kunne ikke spørres på %.*s (%s); koble til på nytt når det kan" },
    { "the former key stays in %s", "den forrige nøkkelen blir i %s" },
    { "%s is no venue's name", "%s er ikke navnet på et salgssted" },
    { "--new-client moves the company to other books: say why with --reason TEXT",
      "--new-client flytter firmaet til et annet regnskap: si hvorfor med --reason TEKST" },
    { "no key came on stdin; give it there: bilag venues connect %s < FILE",
      "ingen nøkkel kom på stdin; gi den der: bilag venues connect %s < FIL" },
    { "%.*s is written: accounts, VAT codes, product and payment types are those of %.*s; automatic "
      "transfer and invoicing are off.\n",
      "%.*s er skrevet: kontoer, mva-koder, varetyper og betalingsmåter er de samme som for %.*s; "
      "automatisk overføring og fakturering er av.\n" },
    { "Company %.*s, %s%.*s%s%s%.*s.\n", "Firma %.*s, %s%.*s%s%s%.*s.\n" },
    { "the client key of ", "klientnøkkelen til " },
    { "extension ", "utvidelse " },
    { "Not taken over: registers. Write those that must report every day.\n",
      "Ikke overtatt: registers. Skriv inn dem som må rapportere hver dag.\n" },
    { "Not taken over: saft.locations. Write the names that are this venue in its SAF-T files.\n",
      "Ikke overtatt: saft.locations. Skriv inn navnene som er dette salgsstedet i SAF-T-filene.\n" },
    { "Running stages take it up when they reload (SIGHUP; `systemctl reload 'bilag-*'`).\nNext: bilag "
      "check --venue %.*s --online\n",
      "Prosesser som kjører, tar det i bruk når de leser på nytt (SIGHUP; `systemctl reload "
      "'bilag-*'`).\nSå: bilag check --venue %.*s --online\n" },
    { "Next: bilag venues connect %.*s\n", "Så: bilag venues connect %.*s\n" },
    { "nothing is written: %s", "ingenting er skrevet: %s" },
    { "setup: the venue whose accounts and types are taken over", "setup: salgsstedet som kontoer og typer overtas fra" },
    { "setup: its name, on vouchers; else its id", "setup: navnet, på bilag; ellers id-en" },
    { "setup: its organisation number; else OTHER's", "setup: organisasjonsnummeret; ellers det andre salgsstedets" },
    { "setup: its department in PowerOffice", "setup: avdelingen i PowerOffice" },
    { "setup: OTHER's client key and extension; else its own, the first that is free",
      "setup: det andres klientnøkkel og utvidelse; ellers en egen, den første som er ledig" },
    { "connect: the company's books are this client from now on, on purpose",
      "connect: firmaets regnskap er denne klienten fra nå av, med vilje" },
    { "  %sFAULT%s  bilag-%s %d runs with its former configuration: %.*s [not-reloaded]\n"
      "         When that is mended, reload it (SIGHUP; `systemctl reload 'bilag-*'`).\n",
      "  %sFEIL%s   bilag-%s %d kjører med det forrige oppsettet: %.*s [not-reloaded]\n"
      "         Når det er rettet, last det på nytt (SIGHUP; `systemctl reload 'bilag-*'`).\n" },
    { "         %zu voucher, %s in all\n", "         %zu bilag, %s i alt\n" },
    { "         %zu vouchers, %s in all\n", "         %zu bilag, %s i alt\n" },
    { "  %snote %s  automatic transfer is on: sent at once, when the stages have read it, is [transfer-due]\n",
      "  %smerk %s  automatisk overføring er på: dette sendes med en gang, når prosessene har lest det [transfer-due]\n" },
    { "  %snote %s  automatic transfer is off: sent at once, if it is switched on, is [transfer-waits]\n",
      "  %smerk %s  automatisk overføring er av: dette sendes med en gang hvis den slås på [transfer-waits]\n" },
    { "receipt", "bong" },
    { "void", "annullering" },
    { "cash_movement", "kassebevegelse" },
    { "z_report", "Z-rapport" },
    { "training", "øvelse" },
    { "copy", "kopi" },
    { "%zu product types are without a product code for each of their accounts, such as %.*s: credit "
      "sales of them there are held.\n",
      "%zu varetyper mangler produktkode for en av kontoene sine, for eksempel %.*s: kredittsalg av "
      "dem holdes tilbake.\n" },
    { "%zu product type is without a product code for each of its accounts, such as %.*s: credit sales "
      "of it there are held.\n",
      "%zu varetype mangler produktkode for en av kontoene sine, for eksempel %.*s: kredittsalg av den "
      "holdes tilbake.\n" },
    { "%s cannot be read, or is larger than %d MB",
      "%s kan ikke leses, eller er større enn %d MB" },
    { "PowerOffice does not give what was posted (%ld %.*s); it wants the right to read account "
      "transactions. A CSV file of it will do too: bilag export ... --compare FILE.csv",
      "PowerOffice gir ikke det som er bokført (%ld %.*s); det krever rettighet til å lese "
      "kontotransaksjoner. En CSV-fil med det går også: bilag export ... --compare FIL.csv" },
    { "files are for --compare, which transfers nothing",
      "filer er til --compare, som ikke overfører noe" },
    { "--to must be on or after --from, and at most %d days after it",
      "--to må være på eller etter --from, og høyst %d dager etter" },
    { "beside what was posted by hand, in PowerOffice or in CSV files: every difference, with its cause",
      "ved siden av det som er ført manuelt, i PowerOffice eller i CSV-filer: hver forskjell, med årsak" },
    { "add, list, remove, token, tokens or revoke; see bilag users --help",
      "add, list, remove, token, tokens eller revoke; se bilag users --help" },
    { "add: whose books, an organisation number or several with commas",
      "add: hvem sitt regnskap, et organisasjonsnummer eller flere med komma" },
    { "add: everybody's books", "add: alles regnskap" },
    { "add: reads, decides, sets-up, operates; several with commas",
      "add: reads, decides, sets-up, operates; flere med komma" },
    { "add: what people call the person", "add: det folk kaller personen" },
    { "add: en or nb", "add: en eller nb" },
    { "add: the password is the file's first line; else it is asked for, or read from standard input",
      "add: passordet er første linje i filen; ellers blir det spurt om, eller lest fra standard inn" },
    { "token: what it is for", "token: hva det er til" },
    { "remove, revoke: why; kept in the audit trail", "remove, revoke: hvorfor; lagres i revisjonssporet" },
    { "who may sign in to the console, and what they may", "hvem som kan logge inn i konsollen, og hva de kan" },
    { "you have done this one, and further ones as words: its #name",
      "du har gjort denne, og flere som ord: #navnet" },
    { "with --done: the invoice's or voucher's number, say; kept in the audit trail",
      "med --done: for eksempel nummeret på fakturaen eller bilaget; lagres i revisjonssporet" },
    { NULL, NULL },
};

static const struct catalogue_row *const tables[] = { spoken, catalogue_faults, catalogue_settings };
static bool norwegian, for_pages;

void catalogue_speak(struct str language, enum wording wording)
{
    norwegian = str_equal(language, STR("nb"));
    for_pages = wording == WORDING_PAGES;
}

const char *catalogue_words(const char *en)
{
    en = for_pages ? pages_words(en) : en;
    for (size_t t = 0; norwegian && t < COUNT(tables); t++)
        for (const struct catalogue_row *row = tables[t]; row->en; row++)
            if (strcmp(row->en, en) == 0)
                return row->nb;
    return en;
}

/* --- a sentence whose places are filled --- */

/* The end of the place that begins at '%'. */
static const char *place_end(const char *at)
{
    return at + 1 + strcspn(at + 1, "udsxXciz") + (at[1 + strcspn(at + 1, "udsxXciz")] == 'z') + 1;
}

/* What stands in the places of the pattern; false: the text is none of it. A place takes as little as fits. */
static bool fits(const char *pattern, struct str text, struct str holes[HOLES_MAX])
{
    size_t at = 0, count = 0;

    while (*pattern) {
        size_t plain = strcspn(pattern, "%"), end;

        if (plain > text.len - at || memcmp(pattern, text.bytes + at, plain) != 0)
            return false;
        at += plain;
        pattern += plain;
        if (!*pattern)
            break;
        if (count == HOLES_MAX)
            return false;
        pattern = place_end(pattern);
        plain = strcspn(pattern, "%");
        end = *pattern ? at : text.len;
        while (*pattern && end + plain <= text.len && memcmp(pattern, text.bytes + end, plain) != 0)
            end++;
        if (end + (*pattern ? plain : 0) > text.len)
            return false;
        holes[count++] = (struct str){ text.bytes + at, end - at };
        at = end;
    }
    return at == text.len;
}

static bool said(struct str en, int depth, struct strbuf *out);

static void fill(const char *pattern, const struct str holes[HOLES_MAX], int depth, struct strbuf *out)
{
    for (size_t count = 0; *pattern;) {
        size_t plain = strcspn(pattern, "%");

        strbuf_add(out, (struct str){ pattern, plain });
        pattern += plain;
        if (!*pattern)
            break;
        pattern = place_end(pattern);
        if (!said(holes[count], depth + 1, out))
            strbuf_add(out, holes[count]);
        count++;
    }
}

/* A row that is places and little else would fit everything. */
static bool has_words(const char *pattern)
{
    size_t letters = 0;

    for (const char *at = pattern; *at; at = *at == '%' ? place_end(at) : at + 1)
        letters += *at != '%' && *at != ' ' && *at != ':';
    return letters >= 6;
}

/* The whole of it, without places. */
static bool said_whole(struct str en, struct strbuf *out)
{
    for (const struct catalogue_row *row = catalogue_faults; row->en; row++)
        if (str_equal(en, str_of(row->en))) {
            strbuf_add(out, str_of(catalogue_words(row->en)));
            return true;
        }
    return false;
}

/* By a row with places; `first`: of those that begin with one, or of the others. */
static bool said_filled(struct str en, bool first, int depth, struct strbuf *out)
{
    struct str holes[HOLES_MAX];

    for (const struct catalogue_row *row = catalogue_faults; row->en; row++)
        if ((row->en[0] == '%') == first && fits(row->en, en, holes) && has_words(row->en)) {     /* few fit: asked first */
            fill(catalogue_words(row->en), holes, depth, out);
            return true;
        }
    return false;
}

static bool said(struct str en, int depth, struct strbuf *out)
{
    return depth <= DEPTH_MAX && en.len &&
           (said_whole(en, out) || said_filled(en, false, depth, out) || said_filled(en, true, depth, out));
}

/* "register: must be ...": where, and then a whole row. */
static bool said_behind(struct str en, struct str rest, struct strbuf *out)
{
    struct strbuf whole;
    bool found;

    strbuf_init(&whole, SENTENCE_BYTES);
    found = rest.len && said_whole(rest, &whole);
    if (found) {
        strbuf_add(out, (struct str){ en.bytes, en.len - rest.len });
        strbuf_add(out, strbuf_str(&whole));
    }
    strbuf_free(&whole);
    return found;
}

void catalogue_said(struct str en, struct strbuf *out)
{
    size_t colon = 0;
    struct str rest;

    while (colon + 2 < en.len && memcmp(en.bytes + colon, ": ", 2) != 0)
        colon++;
    rest = colon + 2 < en.len ? (struct str){ en.bytes + colon + 2, en.len - colon - 2 } : STR_NONE;
    if ((!norwegian && !for_pages) || !en.len) {
        strbuf_add(out, en);
        return;
    }
    if (said_whole(en, out) || said_filled(en, false, 0, out) || said_behind(en, rest, out) || said_filled(en, true, 0, out))
        return;
    strbuf_add(out, (struct str){ en.bytes, en.len - rest.len });
    if (rest.len && !said(rest, 0, out))
        strbuf_add(out, rest);
}
