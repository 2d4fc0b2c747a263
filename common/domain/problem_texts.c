#include "problem_texts.h"

/* The sentences. A row is a code's English and Norwegian (bokmål) text: what is wrong, where, and what to do.
 *   <a|b>        a for who has the command, b for who has the pages, where what to do is pressed below (wording.h)
 *   {=key}       what the pages call that key
 *   {0} ... {3}  the arguments, named in the comment above the row; {1%} adds " %" unless it is there already
 *   {1:a|b}      a if the argument is one number, b if it is several: "80", "7-9, 11"
 *   {first}      the first receipt concerned, "K1/10234"; {count} how many receipts or lines
 *   [ ... ]      left out when something named inside it is empty
 * Amounts are in kroner as people write them, dates ISO. */
const struct problem_text problem_texts[PROBLEM_COUNT] = {
    /* 0 product type, 1 VAT rate, 2 amount so far */
    [PROBLEM_PRODUCT_TYPE_UNMAPPED] = {
        "Product type \"{0}\" at {1%} VAT has no account ({2} kr so far[, first on receipt {first}]). Give it an account "
        "for this VAT rate under <product_types|\"{=product_types}\"> in the venue's set-up; an account cannot be blank.",
        "Varetypen «{0}» med {1%} mva. har ingen konto ({2} kr hittil[, først på bong {first}]). Legg inn en konto for "
        "denne satsen under <product_types|«{=product_types}»> i oppsettet for salgsstedet; en konto kan ikke stå tom." },
    /* 0 payment type, 1 amount so far */
    [PROBLEM_PAYMENT_TYPE_UNMAPPED] = {
        "Payment type \"{0}\" has no account ({1} kr so far[, first on receipt {first}]). Give it an account under "
        "<payment_types|\"{=payment_types}\"> in the venue's set-up, or <set transfer: false|untick "
        "\"{=payment_types.transfer}\"> if it is to be entered by hand.",
        "Betalingsmåten «{0}» har ingen konto ({1} kr hittil[, først på bong {first}]). Legg inn en konto under "
        "<payment_types|«{=payment_types}»> i oppsettet for salgsstedet, eller <sett transfer: false|fjern krysset for "
        "«{=payment_types.transfer}»> hvis den skal føres manuelt." },
    /* 0 rate, 1 amount so far, 2 a further class as it is written, 3 a class that changes, as it is written */
    [PROBLEM_VAT_UNMAPPED] = {
        "Receipts carry {0%} VAT, but no VAT class of the venue has that rate ({1} kr so far[, first on receipt {first}]). "
        "Add a class with this rate and its VAT code under <vat|\"{=vat}\"> in the venue's set-up<[, such as {2}][; or, if "
        "a rate changes from this day on, {3}]|; or, if a rate changes, change it and say from which day>, or correct the "
        "rate on the till.",
        "Bonger har {0%} mva., men ingen mva-klasse for salgsstedet har den satsen ({1} kr hittil[, først på bong "
        "{first}]). Legg inn en klasse med satsen og mva-koden under <vat|«{=vat}»> i oppsettet for salgsstedet<[, for "
        "eksempel {2}][; eller, hvis en sats endres fra denne dagen, {3}]|; eller, hvis en sats endres, endre den og si fra "
        "hvilken dag>, eller rett satsen i kassen." },
    /* 0 account, 1 what of a voucher is posted to it */
    [PROBLEM_ACCOUNT_UNKNOWN] = {
        "Account {0}[ (for {1})] does not exist in PowerOffice. Create it there, or choose another account in the venue's "
        "set-up.",
        "Konto {0}[ (for {1})] finnes ikke i PowerOffice. Opprett den der, eller velg en annen konto i oppsettet for "
        "salgsstedet." },
    /* 0 account, 1 what of a voucher is posted to it */
    [PROBLEM_ACCOUNT_INACTIVE] = {
        "Account {0}[ (for {1})] is inactive in PowerOffice. Activate it there, or choose another account in the venue's "
        "set-up.",
        "Konto {0}[ (for {1})] er inaktiv i PowerOffice. Aktiver den der, eller velg en annen konto i oppsettet for "
        "salgsstedet." },
    /* 0 account, 1 VAT code of the line, 2 the account's own VAT code */
    [PROBLEM_ACCOUNT_VAT_LOCKED] = {
        "Account {0} is locked to VAT code {2} in PowerOffice, but this voucher posts to it with VAT code {1}. Unlock "
        "the account's VAT code in PowerOffice, or choose an account or a VAT code that fit each other in the "
        "venue's set-up.",
        "Konto {0} er låst til mva-kode {2} i PowerOffice, men bilaget fører på den med mva-kode {1}. Lås opp "
        "mva-koden på kontoen i PowerOffice, eller velg konto og mva-kode som passer sammen i oppsettet for "
        "salgsstedet." },
    /* 0 department (none: blank), 1 account */
    [PROBLEM_DEPARTMENT_REQUIRED] = {
        "Account {1} demands a department in PowerOffice, and the venue has none[ (set-up says \"{0}\")]. Give the "
        "venue a department in its set-up, or lift the demand on the account in PowerOffice.",
        "Konto {1} krever avdeling i PowerOffice, og salgsstedet har ingen[ (oppsettet sier «{0}»)]. Legg inn avdeling "
        "i oppsettet for salgsstedet, eller fjern kravet på kontoen i PowerOffice." },
    /* 0 department, 1 account of the first line that has it */
    [PROBLEM_DEPARTMENT_UNKNOWN] = {
        "Department {0} does not exist or is not active in PowerOffice[ (needed on account {1})]. Create or activate "
        "it there, or choose another department in the venue's set-up.",
        "Avdeling {0} finnes ikke eller er ikke aktiv i PowerOffice[ (trengs på konto {1})]. Opprett eller aktiver "
        "den der, eller velg en annen avdeling i oppsettet for salgsstedet." },
    /* 0 VAT code, 1 posting date */
    [PROBLEM_VAT_CODE_UNKNOWN] = {
        "VAT code {0} does not exist in PowerOffice, or is not in use on {1}. Activate it there, or choose another "
        "VAT code in the venue's set-up.",
        "Mva-kode {0} finnes ikke i PowerOffice, eller er ikke i bruk {1}. Aktiver den der, eller velg en annen "
        "mva-kode i oppsettet for salgsstedet." },
    /* 0 VAT code, 1 rate on the receipts, 2 rate in PowerOffice */
    [PROBLEM_VAT_RATE_DIFFERS] = {
        "VAT code {0} is {2%} in PowerOffice, but the receipts were sold with {1%} VAT. Choose the VAT code with the "
        "right rate in the venue's set-up, or correct the rate on the till.",
        "Mva-kode {0} er {2%} i PowerOffice, men bongene er solgt med {1%} mva. Velg mva-koden med riktig sats i "
        "oppsettet for salgsstedet, eller rett satsen i kassen." },
    /* 0 payment type, 1 account */
    [PROBLEM_BANK_ACCOUNT] = {
        "Payment type \"{0}\" would post straight to bank account {1}. Money reaches the bank only with the "
        "settlement: choose a clearing account outside 1920-1929 in the venue's set-up (for cards often 1570).",
        "Betalingsmåten «{0}» ville føres rett på bankkonto {1}. Pengene er i banken først ved oppgjør: velg en "
        "mellomkonto utenfor 1920–1929 i oppsettet for salgsstedet (for kort ofte 1570)." },
    /* 0 product type, 1 amount */
    [PROBLEM_ALCOHOL_REDUCED] = {
        "Product type \"{0}\" is alcohol but was sold at the reduced VAT rate ({1} kr[, first on receipt {first}]). "
        "Alcohol never has the reduced rate: correct the sale on the till (refund and sell again), or remove the "
        "alcohol mark if it is not alcohol.",
        "Varetypen «{0}» er alkohol, men er solgt med redusert mva. ({1} kr[, først på bong {first}]). Alkohol har "
        "aldri redusert sats: rett salget i kassen (krediter og selg på nytt), eller fjern alkoholmerket hvis det "
        "ikke er alkohol." },
    /* none */
    [PROBLEM_DOUBLE_ENTRY] = {
        "Credit sales are both transferred in the voucher and sent as orders, so they would be booked twice. <Set transfer: "
        "false on payment type credit, or turn auto_invoice off|Untick \"{=payment_types.transfer}\" for payment type "
        "credit, or turn \"{=auto_invoice}\" off> in the venue's set-up.",
        "Kredittsalg er satt til både å overføres i bilaget og sendes som ordre, og ville bli ført dobbelt. <Sett transfer: "
        "false på betalingsmåten credit, eller slå av auto_invoice|Fjern krysset for «{=payment_types.transfer}» på "
        "betalingsmåten credit, eller slå av «{=auto_invoice}»> i oppsettet for salgsstedet." },
    /* 0 sum of the lines, 1 sum of the payments */
    [PROBLEM_RECEIPT_UNBALANCED] = {
        "[Receipt {first}: ]the lines add up to {0} kr, but the payments to {1} kr ({count} in all). The difference is "
        "never plugged: leave the receipt out< with bilag leave-out|>, and enter it by hand; the rest of the day then goes.",
        "[Bong {first}: ]linjene blir {0} kr, men betalingene {1} kr ({count} i alt). Forskjellen føres aldri bort: hold "
        "bongen utenfor< med bilag leave-out|>, og før den manuelt; resten av dagen går da videre." },
    /* 0 payment type, 1 its amount; both may be blank */
    [PROBLEM_SHARE_UNDEFINED] = {
        "[Receipt {first}: ]the goods add up to 0, but a payment that is to be left out does not[ ({0})][ ({1} kr)], so no "
        "share of the goods belongs to it. Leave the receipt out< with bilag leave-out|> and enter it by hand, or <set "
        "transfer: true for this payment type|tick \"{=payment_types.transfer}\" for this payment type in the venue's "
        "set-up>.",
        "[Bong {first}: ]varene blir 0 til sammen, men en betaling som skal holdes utenfor, blir det ikke[ ({0})][ ({1} "
        "kr)], så ingen del av varene hører til den. Hold bongen utenfor< med bilag leave-out|> og før den manuelt, eller "
        "<sett transfer: true for denne betalingsmåten|kryss av for «{=payment_types.transfer}» på denne betalingsmåten i "
        "oppsettet for salgsstedet>." },
    /* 0 receipt named by the void */
    [PROBLEM_VOID_UNKNOWN] = {
        "A void[ ({first})] takes back receipt {0}, which is not known or is voided already. Send the missing receipt from "
        "the till; if there is none, or it was voided twice, leave this void out< with bilag leave-out|>.",
        "En annullering[ ({first})] tar tilbake bong {0}, som er ukjent eller alt annullert. Send den manglende bongen fra "
        "kassen; finnes den ikke, eller er den annullert to ganger, hold denne annulleringen utenfor< med bilag leave-out|>." },
    /* 0 receipt, 1 the first content, 2 the later one: amount and business day; blank if not kept */
    [PROBLEM_RECEIPT_CONFLICT] = {
        "Receipt {0} came again with another content[ (first: {1}; then: {2})]: the first one is booked, this one is booked "
        "nowhere. Find out on the till which is right, and decide <with bilag|on the receipt's page>. If the till was reset "
        "and counts anew, its supplier must stop it from using numbers twice.",
        "Bong {0} kom igjen med et annet innhold[ (først: {1}; siden: {2})]: den første er bokført, denne er ikke bokført "
        "noe sted. Finn ut i kassen hvilken som er riktig, og avgjør det <med bilag|på siden til bongen>. Hvis kassen er "
        "nullstilt og teller på nytt, må kasseleverandøren hindre at numre brukes to ganger." },
    /* 0 register, 1 ranges of numbers */
    [PROBLEM_SEQUENCE_GAP] = {
        "Register {0}: {1:receipt|receipts} {1} {1:is|are} missing. Send {1:it|them} from the till again; if {1:it "
        "does|they do} not exist, accept the gap with <bilag accept and |>a reason.",
        "Kasse {0}: {1:bong|bongene} {1} mangler. Send {1:den|dem} fra kassen på nytt; hvis {1:den|de} ikke finnes, godta "
        "hullet med <bilag accept og |>en begrunnelse." },
    /* 0 register, 1 number of the Z report, 2 VAT rate or payment type, 3 the Z report's amount / the receipts' */
    [PROBLEM_Z_DIFFERS] = {
        "Register {0}, Z report {1}, {2}: the Z report and its receipts differ (Z report / receipts: {3} kr). Check the Z "
        "report on the till and send missing receipts again; if the receipts are right, accept it with <bilag accept and "
        "|>a reason.",
        "Kasse {0}, Z-rapport {1}, {2}: Z-rapporten og bongene er ulike (Z-rapport / bonger: {3} kr). Kontroller "
        "Z-rapporten i kassen og send manglende bonger på nytt; hvis bongene er riktige, godta <|det >med <bilag accept og "
        "|>en begrunnelse." },
    /* 0 register; if a Z report of it ends too early: 1 its number, 2 its last receipt, 3 the last receipt sold;
     * if there is one of a day beside this: 1 its number, 4 that day */
    [PROBLEM_Z_MISSING] = {
        "Register {0} has no Z report for this day[ that reaches its last receipt, {3}: Z report {1} ends at receipt {2}][; "
        "Z report {1} is of {4}: if it closes this day, <business_day_start|\"{=business_day_start}\"> in the venue's "
        "set-up must fit the hours of the till]. Run the Z report on the till; if there will be none, accept it with <bilag "
        "accept and |>a reason.",
        "Kasse {0} har ingen Z-rapport for denne dagen[ som når fram til siste bong, {3}: Z-rapport {1} slutter på bong "
        "{2}][; Z-rapport {1} gjelder {4}: hvis den avslutter denne dagen, må <business_day_start|«{=business_day_start}»> "
        "i oppsettet for salgsstedet passe med kassens tider]. Kjør Z-rapport på kassen; hvis det ikke kommer noen, godta "
        "<|det >med <bilag accept og |>en begrunnelse." },
    /* 0 register, 1 number of the Z report, 2 expected running total, 3 found */
    [PROBLEM_GRAND_TOTAL_BROKEN] = {
        "Register {0}, Z report {1}: the running total should be {2} kr but is {3} kr. Look for a Z report or receipts that "
        "were never sent and send them; otherwise accept it with <bilag accept and |>a reason.",
        "Kasse {0}, Z-rapport {1}: akkumulert total skulle vært {2} kr, men er {3} kr. Se etter en Z-rapport eller bonger "
        "som aldri ble sendt, og send dem; ellers godta <|det >med <bilag accept og |>en begrunnelse." },
    /* 0 day, 1 lock date, or the conversion date if the day is before it */
    [PROBLEM_PERIOD_LOCKED] = {
        "{0} cannot be posted on: the books in PowerOffice are closed there ({1}). Move the lock date in PowerOffice, or "
        "post on an open day< with bilag accept --post-on DATE|>.",
        "{0} kan ikke føres: regnskapet i PowerOffice er lukket der ({1}). Flytt låsedatoen i PowerOffice, eller før på en "
        "åpen dag< med bilag accept --post-on DATO|>." },
    /* none */
    [PROBLEM_CUSTOMER_MISSING] = {
        "The order[ of receipt {first}] names no customer. Choose the customer on the till and send the sale again, or "
        "invoice it by hand.",
        "Ordren[ fra bong {first}] har ingen kunde. Velg kunden i kassen og send salget på nytt, eller fakturer den "
        "manuelt." },
    /* 0 till customer */
    [PROBLEM_CUSTOMER_UNCONNECTED] = {
        "Till customer \"{0}\" is not connected to a customer in PowerOffice. Connect it <with bilag customers "
        "connect|under Customers>; its orders then go by themselves.",
        "Kassekunden «{0}» er ikke koblet til en kunde i PowerOffice. Koble den <med bilag customers connect|under Kunder>; "
        "ordrene sendes da automatisk." },
    /* 0 till customer, 1 customer number */
    [PROBLEM_CUSTOMER_UNKNOWN] = {
        "Till customer \"{0}\" is connected to customer {1}, who does not exist or is archived in PowerOffice. Restore the "
        "customer there, or connect another one <with bilag customers connect|under Customers>.",
        "Kassekunden «{0}» er koblet til kunde {1}, som ikke finnes eller er arkivert i PowerOffice. Hent kunden fram der, "
        "eller koble en annen <med bilag customers connect|under Kunder>." },
    /* 0 product type, 1 VAT rate */
    [PROBLEM_PRODUCT_UNMAPPED] = {
        "Product type \"{0}\"[ at {1%} VAT] has no product code for orders. Give it one under "
        "<product_types|\"{=product_types}\"> in the venue's set-up (<product or "
        "reduced_product|\"{=product_types.product}\" or \"{=product_types.reduced_product}\">).",
        "Varetypen «{0}»[ med {1%} mva.] har ingen produktkode for ordre. Legg inn en under "
        "<product_types|«{=product_types}»> i oppsettet for salgsstedet (<product eller "
        "reduced_product|«{=product_types.product}» eller «{=product_types.reduced_product}»>)." },
    /* 0 product code */
    [PROBLEM_PRODUCT_UNKNOWN] = {
        "Product {0} does not exist or is archived in PowerOffice. <Create it with bilag products create, restore it|Create "
        "or restore it> there, or choose another product code in the venue's set-up.",
        "Produkt {0} finnes ikke eller er arkivert i PowerOffice. Opprett det <med bilag products create, hent "
        "det fram|eller hent det fram> der, eller velg en annen produktkode i oppsettet for salgsstedet." },
    /* 0 product code, 1 account it sells to, 2 account wanted */
    [PROBLEM_PRODUCT_ACCOUNT] = {
        "Product {0} sells to account {1} in PowerOffice, but the venue's set-up says {2}. Correct the product's "
        "standard sales account there, or choose a product that fits in the venue's set-up.",
        "Produkt {0} selges på konto {1} i PowerOffice, men oppsettet for salgsstedet sier {2}. Rett standard "
        "salgskonto på produktet der, eller velg et produkt som passer i oppsettet." },
    /* 0 till's total, 1 PowerOffice's total */
    [PROBLEM_TOTAL_DIFFERS] = {
        "The order is sent, but PowerOffice makes it {1} kr where the till took {0} kr. Correct the order in PowerOffice "
        "before it is invoiced, or accept the difference with <bilag accept and |>a reason.",
        "Ordren er sendt, men PowerOffice kommer til {1} kr der kassen tok {0} kr. Rett ordren i PowerOffice før den "
        "faktureres, eller godta forskjellen med <bilag accept og |>en begrunnelse." },
    /* 0 PowerOffice's words */
    [PROBLEM_LOGIN] = {
        "PowerOffice refuses the venue's key[: {0}]. Check in PowerOffice (Settings, Extensions) that the extension is "
        "active, and <put its key into the venue's key file|give its key on the venue's page PowerOffice>.",
        "PowerOffice avviser nøkkelen til salgsstedet[: {0}]. Kontroller i PowerOffice (Innstillinger, Utvidelser) at "
        "utvidelsen er aktiv, og <legg nøkkelen i nøkkelfilen til salgsstedet|gi nøkkelen på salgsstedets side PowerOffice>." },
    /* 0 list of rights */
    [PROBLEM_PRIVILEGE_MISSING] = {
        "The venue's key lacks rights in PowerOffice: {0}. Have them granted to the extension in PowerOffice, or the "
        "module activated that they belong to.",
        "Nøkkelen til salgsstedet mangler rettigheter i PowerOffice: {0}. Få dem gitt til utvidelsen i PowerOffice, "
        "eller aktiver modulen de hører til." },
    /* 0 what */
    [PROBLEM_AMOUNT_RANGE] = {
        "An amount is too large to be added up[ ({0})][, first on receipt {first}]. Leave the receipt out< with bilag "
        "leave-out|>, and enter what is right by hand; the rest of the day then goes.",
        "Et beløp er for stort til å summeres[ ({0})][, først på bong {first}]. Hold bongen utenfor< med bilag leave-out|>, "
        "og før det riktige manuelt; resten av dagen går da videre." },
    /* 0 venue */
    [PROBLEM_VENUE_UNKNOWN] = {
        "No venue called \"{0}\" is set up. <Add a file for it to the venues folder of the configuration|Add it under New "
        "venue>, or correct the name in the till.",
        "Det er ikke satt opp noe salgssted «{0}». <Legg inn en fil for det i mappen venues i konfigurasjonen|Opprett det "
        "under Nytt salgssted>, eller rett navnet i kassen." },
    /* 0 what is lacking (may be blank) */
    [PROBLEM_REFERENCE_DATA] = {
        "Accounts, VAT codes and the like are being read from PowerOffice[ ({0})]; there is nothing to do. If this stays, "
        "<check the connection with bilag check --online|see what PowerOffice answers on the venue's page "
        "PowerOffice>.",
        "Kontoer, mva-koder og annet leses fra PowerOffice[ ({0})]; det er ingenting å gjøre. Hvis dette blir stående, "
        "<kontroller forbindelsen med bilag check --online|se hva PowerOffice svarer, på salgsstedets side PowerOffice>." },
    /* 0 title, 1 detail: PowerOffice's own words */
    [PROBLEM_REFUSED] = {
        "PowerOffice refused it: {0}[. {1}]. Mend what it says in PowerOffice or in the venue's set-up, then send it again "
        "with <bilag resend and |>a reason. A voucher whose period it says is closed goes out on an open day< with bilag "
        "accept --post-on DATE|>.",
        "PowerOffice avviste det: {0}[. {1}]. Rett det som står der i PowerOffice eller i oppsettet for salgsstedet, og "
        "send på nytt med <bilag resend og |>en begrunnelse. Et bilag som får svar om at perioden er lukket, føres på en "
        "åpen dag< med bilag accept --post-on DATO|>." },
    /* 0 since when */
    [PROBLEM_WAITING_ANSWER] = {
        "Sent[ {0}], but PowerOffice's answer was lost; it is being looked up before anything is sent again. There is "
        "nothing to do; look in PowerOffice if it stays.",
        "Sendt[ {0}], men svaret fra PowerOffice kom bort; det slås opp før noe sendes på nytt. Det er ingenting å "
        "gjøre; se i PowerOffice hvis det blir stående." },
    /* 0 PowerOffice's words */
    [PROBLEM_INVOICE_NOT_SENT] = {
        "The order stands in PowerOffice, but the invoice was not sent[: {0}]. Send it from PowerOffice, or have the right "
        "to send invoices granted to the extension; then <bilag resend|send it again here>: what is sent by then is noted, "
        "else it is asked for again.",
        "Ordren står i PowerOffice, men fakturaen ble ikke sendt[: {0}]. Send den fra PowerOffice, eller få gitt utvidelsen "
        "rett til å sende faktura; deretter <bilag resend|send på nytt her>: det som er sendt da, blir notert, ellers bes "
        "det om på nytt." },
    /* 0 of what */
    [PROBLEM_DAY_TOO_LARGE] = {
        "This business day has more[ ({0})][, first on receipt {first}] than one day can have. Look whether the till's clock "
        "stands still, or every article has a product type or a register of its own, and have it corrected; enter the "
        "day by hand.",
        "Denne dagen har mer[ ({0})][, først på bong {first}] enn én dag kan ha. Se om kasseklokken står stille, eller om hver "
        "vare har sin egen varetype eller kasse, og få det rettet; før dagen for hånd." },
    [PROBLEM_RECEIPTS_TRIMMED] = {
        "The receipts of this day are <older than retention_days|too old> and no longer kept, so its voucher cannot be "
        "built again. Enter it by hand in PowerOffice.",
        "Bongene for denne dagen er <eldre enn retention_days|for gamle> og finnes ikke lenger, så bilaget kan ikke bygges "
        "på nytt. Før det for hånd i PowerOffice." },
    /* 0 the company that it was built for, 1 the venue's now */
    [PROBLEM_OTHER_COMPANY] = {
        "It was built for the books of company {0}, but the venue now belongs to {1}, so it is sent to neither. Put the "
        "former company and its key back until it is sent, or enter it by hand in the former company's books.",
        "Det ble bygget for regnskapet til selskap {0}, men salgsstedet hører nå til {1}, så det sendes ikke til noen av "
        "dem. Legg tilbake det forrige selskapet og nøkkelen til det er sendt, eller før det for hånd i regnskapet til det "
        "forrige selskapet." },
    /* none */
    [PROBLEM_SENDING_OFF] = {
        "The venue sends invoices by itself (<send_invoice|\"{=send_invoice}\">), but PowerOffice does not let the "
        "extension send any. Have sending of invoices allowed for the extension in PowerOffice (Settings, Extensions), or "
        "<set send_invoice: false|turn that off> in the venue's set-up and send the invoices from PowerOffice.",
        "Salgsstedet sender faktura automatisk (<send_invoice|«{=send_invoice}»>), men PowerOffice lar ikke utvidelsen "
        "sende noen. Få sending av faktura tillatt for utvidelsen i PowerOffice (Innstillinger, Utvidelser), eller <sett "
        "send_invoice: false|slå det av> i oppsettet for salgsstedet og send fakturaene fra PowerOffice." },
    /* 0 PowerOffice's words */
    [PROBLEM_REVERSAL_REFUSED] = {
        "PowerOffice was asked to reverse the voucher and has not done it[: {0}]; it stands in the books as it was sent. "
        "Open its period, or have the right to reverse vouchers granted to the extension, then <bilag reverse|reverse it "
        "here> again with a reason. If it was reversed by hand meanwhile, <bilag reverse takes that up|that is taken up>.",
        "PowerOffice ble bedt om å tilbakeføre bilaget og har ikke gjort det[: {0}]; det står i regnskapet slik det ble "
        "sendt. Åpne perioden, eller få gitt utvidelsen rett til å tilbakeføre bilag, og <bruk så bilag reverse|reverser "
        "det så her> på nytt med en begrunnelse. Er det tilbakeført for hånd i mellomtiden, tar <bilag reverse|Bilag> "
        "hensyn til det." },
    /* 0 product type, 1 VAT rate, 2 amount */
    [PROBLEM_ALCOHOL_RATE] = {
        "Product type \"{0}\" is alcohol but was sold at {1%} VAT ({2} kr[, first on receipt {first}]). Alcohol always has "
        "the normal rate: correct the sale on the till (refund and sell again), or remove the alcohol mark if it is not "
        "alcohol. <A venue that is not registered for VAT says vat_registered: false.|If the venue is not registered for "
        "VAT, whoever runs Bilag sets that.>",
        "Varetypen «{0}» er alkohol, men er solgt med {1%} mva. ({2} kr[, først på bong {first}]). Alkohol har alltid full "
        "sats: rett salget i kassen (krediter og selg på nytt), eller fjern alkoholmerket hvis det ikke er alkohol. <Et "
        "salgssted som ikke er mva-registrert, skriver vat_registered: false.|Er salgsstedet ikke mva-registrert, setter "
        "den som drifter Bilag, det.>" },
    /* 0 product type, 1 amount */
    [PROBLEM_VAT_ZERO] = {
        "Product type \"{0}\" was sold without VAT ({1} kr[, first on receipt {first}]). Correct the rate on the till "
        "(refund and sell again). If it is free of VAT by law, <write vat_free: true on the product type|tick "
        "\"{=product_types.vat_free}\" for the product type in the venue's set-up>; if the venue is not registered for VAT, "
        "<vat_registered: false|whoever runs Bilag sets that>; if this once is right, accept it with <bilag accept and |>a "
        "reason.",
        "Varetypen «{0}» er solgt uten mva. ({1} kr[, først på bong {first}]). Rett satsen i kassen (krediter og selg på "
        "nytt). Er den fritatt etter loven, <skriv vat_free: true på varetypen|kryss av for «{=product_types.vat_free}» på "
        "varetypen i oppsettet for salgsstedet>; er salgsstedet ikke mva-registrert, <vat_registered: false|setter den som "
        "drifter Bilag, det>; er det riktig denne ene gangen, godta det med <bilag accept og |>en grunn." },
    /* 0 the business day */
    [PROBLEM_DAY_NOT_COME] = {
        "The business day {0} had not come when its receipts came[, first {first}]: the till's clock is wrong. Nothing is "
        "posted on a day that has not come. Set the till's clock right. A day ahead goes on by itself when it has come; "
        "further ahead, post it on the right day with <bilag accept --post-on DATE and |>a reason.",
        "Salgsdagen {0} var ikke kommet da bongene kom[, først {first}]: kasseklokken går feil. Ingenting føres på en dag "
        "som ikke er kommet. Still kasseklokken. En dag frem i tid går videre av seg selv når den er kommet; lenger frem, "
        "før den på riktig dag med <bilag accept --post-on DATO og |>en grunn." },
    /* 0 register, 1 numbers */
    [PROBLEM_Z_GAP] = {
        "Register {0}: {1:receipt|receipts} {1} {1:is|are} in no Z report, though there are later Z reports. Look on the "
        "till which Z report {1:it belongs|they belong} to, and send that again; if there is none, accept it with <bilag "
        "accept and |>a reason.",
        "Kasse {0}: {1:bong|bongene} {1} er ikke med i noen Z-rapport, enda det finnes senere Z-rapporter. Se i kassen "
        "hvilken Z-rapport {1:den|de} hører til, og send den på nytt; finnes det ingen, godta det med <bilag accept og |>en "
        "grunn." },
    /* 0 register, 1 this Z report, 2 the earlier one, 3 the numbers in both */
    [PROBLEM_Z_OVERLAP] = {
        "Register {0}: Z report {1} holds {3:receipt|receipts} {3}, which {3:is|are} in Z report {2} already. {3:It is|They "
        "are} booked once. Find out on the till why the day was closed twice, then accept it with <bilag accept and |>a "
        "reason.",
        "Kasse {0}: Z-rapport {1} har med {3:bong|bongene} {3}, som alt er med i Z-rapport {2}. {3:Den|De} føres én gang. "
        "Finn ut i kassen hvorfor dagen ble avsluttet to ganger, og godta det med <bilag accept og |>en grunn." },
    /* 0 register, 1 numbers, 2 the later day that lower numbers have */
    [PROBLEM_CLOCK_JUMP] = {
        "Register {0}: {1:receipt|receipts} {1} {1:says|say} this day, but receipts with lower numbers say {2}: the till's "
        "clock was wrong. Set it right. Then post this day on the right one <with bilag accept --post-on DATE and accept "
        "clock-jump|and accept it>, or take {1:the receipt|the receipts} out< with bilag leave-out|> and enter {1:it|them} "
        "by hand; if the time is right, accept it with <bilag accept and |>a reason.",
        "Kasse {0}: {1:bong|bongene} {1} sier denne dagen, men bonger med lavere nummer sier {2}: kasseklokken gikk feil. "
        "Still den. Før så denne dagen på den riktige <med bilag accept --post-on DATO og godta clock-jump|og godta det>, "
        "eller ta {1:bongen|bongene} ut< med bilag leave-out|> og før {1:den|dem} for hånd; er tiden riktig, godta det med "
        "<bilag accept og |>en grunn." },
    /* 0 the client that the key opens, 1 the venue's company, 2 the company that this client is kept for, 3 the client
     * that is kept for the venue's company; 2 and 3 may be blank */
    [PROBLEM_OTHER_CLIENT] = {
        "The venue's key opens the books of {0} in PowerOffice[, which are those of company {2}][; the books of company {1} "
        "are client {3}]. Nothing is sent there. Put the right key in its place <with bilag venues connect|on the venue's "
        "page PowerOffice>. If company {1} has moved to these books on purpose, <say so with bilag venues "
        "connect --new-client|whoever runs Bilag says so>.",
        "Nøkkelen til salgsstedet åpner regnskapet til {0} i PowerOffice[, som er regnskapet til selskap {2}][; regnskapet "
        "til selskap {1} er klient {3}]. Ingenting sendes dit. Legg inn riktig nøkkel <med bilag venues connect|på "
        "salgsstedets side PowerOffice>. Har selskap {1} byttet til dette regnskapet med vilje, <si det med bilag venues connect "
        "--new-client|sier den som drifter Bilag, fra om det>." },
    /* 0 its number in PowerOffice, 1 by what it was taken back: the number and id there; may be blank */
    [PROBLEM_REVERSED_ELSEWHERE] = {
        "Number {0} was taken back in PowerOffice by somebody[ ({1})]: nothing of it stands in the books. Send it anew< "
        "with bilag resend|>; or, if it was entered by hand instead, say <bilag by-hand|so>; or let it stay so< with bilag "
        "leave-reversed|>, each with a reason.",
        "Nummer {0} er tilbakeført i PowerOffice av noen[ ({1})]: ingenting av det står i regnskapet. Send det på nytt< med "
        "bilag resend|>; eller, er det ført manuelt i stedet, si <bilag by-hand|det>; eller la det forbli slik< med bilag "
        "leave-reversed|>, alle med en begrunnelse." },
    /* 0 its number and id in PowerOffice, 1 those of the other */
    [PROBLEM_POSTED_TWICE] = {
        "It stands in PowerOffice twice: as {0}, which Bilag knows, and as {1}, under the same reference. PowerOffice took "
        "a request twice whose first answer was lost. Look at both there and take {1} back (reverse the voucher, delete the "
        "order or credit the invoice); then <bilag check --online sees it at once, and Bilag by itself|Bilag sees it by "
        "itself> within a day.",
        "Det står to ganger i PowerOffice: som {0}, som Bilag kjenner, og som {1}, med samme referanse. PowerOffice tok "
        "imot samme forespørsel to ganger fordi det første svaret gikk tapt. Se på begge der, og tilbakefør {1} (reverser "
        "bilaget, slett ordren eller krediter fakturaen); <bilag check --online ser det med en gang, og Bilag selv|Bilag "
        "ser det av seg selv> innen et døgn." },
    /* 0 what it says */
    [PROBLEM_SUBSCRIPTION_KEY] = {
        "PowerOffice refuses the subscription key of this installation[: {0}], so nothing can be sent for any venue; no "
        "venue's own key is at fault. Whoever runs Bilag puts a valid one in place< (bilag.yaml: poweroffice: "
        "subscription_key, or subscription_key_secondary beside it) and reloads|>.",
        "PowerOffice avviser abonnementsnøkkelen (subscription key) til denne installasjonen[: {0}], så ingenting kan "
        "sendes for noe salgssted; salgsstedenes egne nøkler er det ikke noe galt med. Den som drifter Bilag, legger inn en "
        "gyldig< (bilag.yaml: poweroffice: subscription_key, eller subscription_key_secondary ved siden av) og laster "
        "oppsettet på nytt|>." },
    /* 0 extension */
    [PROBLEM_ADD_ON_AWAITED] = {
        "The venue is on {0}, and QuickOrder has not said yet that it has the add-on on its side: nothing is sent before. "
        "When they say so, <run bilag venues confirm|say so here>.",
        "Utsalgsstedet bruker {0}, og QuickOrder har ikke sagt fra ennå om at de har utvidelsen: ingenting sendes før det. "
        "Når de sier fra, <kjør bilag venues confirm|si det her>." },
    /* 0 account */
    [PROBLEM_PROJECT_REQUIRED] = {
        "Account {0} demands a project in PowerOffice, and the venue's set-up names none for it. <Give the venue, or the "
        "product or payment type that is posted there, a project (project:)|Whoever runs Bilag gives the venue, or the "
        "product or payment type that is posted there, a project>. Or lift the demand on the account in PowerOffice.",
        "Konto {0} krever prosjekt i PowerOffice, og oppsettet for salgsstedet sier ikke noe for den. <Gi salgsstedet, "
        "eller vare- eller betalingstypen som føres der, et prosjekt (project:)|Den som drifter Bilag, gir salgsstedet, "
        "eller vare- eller betalingstypen som føres der, et prosjekt>. Eller fjern kravet på kontoen i PowerOffice." },
    /* 0 project, 1 account of the first line that has it */
    [PROBLEM_PROJECT_UNKNOWN] = {
        "Project {0} does not exist or is not active in PowerOffice[ (needed on account {1})]. Create or activate it there, "
        "or choose another project in the venue's set-up.",
        "Prosjekt {0} finnes ikke eller er ikke aktivt i PowerOffice[ (trengs på konto {1})]. Opprett eller aktiver det der, "
        "eller velg et annet prosjekt i oppsettet for salgsstedet." },
    /* 0 location, 1 account of the first line that has it */
    [PROBLEM_LOCATION_UNKNOWN] = {
        "Location {0} does not exist or is not active in PowerOffice[ (needed on account {1})]. Create or activate it there, "
        "or choose another location in the venue's set-up.",
        "Lokasjon {0} finnes ikke eller er ikke aktiv i PowerOffice[ (trengs på konto {1})]. Opprett eller aktiver den der, "
        "eller velg en annen lokasjon i oppsettet for salgsstedet." },
    /* 0 PowerOffice's words */
    [PROBLEM_SUBSCRIPTION] = {
        "PowerOffice takes nothing from this installation at present[: {0}], not even what any key may read: no right is missing, "
        "but the subscription's quota is used up, or the subscription is closed. It is tried again by itself; there is nothing "
        "to do. If it lasts beyond a day, whoever runs Bilag asks PowerOffice about the subscription.",
        "PowerOffice tar ikke imot noe fra denne installasjonen nå[: {0}], ikke engang det enhver nøkkel kan lese: ingen "
        "rettighet mangler, men abonnementets kvote er brukt opp, eller abonnementet er stengt. Det forsøkes igjen av seg selv; "
        "det er ingenting å gjøre. Varer det mer enn et døgn, spør den som drifter Bilag, PowerOffice om abonnementet." },
    [PROBLEM_NO_RECEIPTS] = {
        "Nothing that any till sent is behind this voucher: the event log of this day is empty. Find out who made it, and "
        "take it back< with bilag reverse| here>.",
        "Ingenting som noen kasse har sendt, ligger bak dette bilaget: hendelsesloggen for denne dagen er tom. Finn ut hvem "
        "som laget det, og tilbakefør det< med bilag reverse| her>." },
    /* 0 business day, 1 events, 2 number of a question, 3 revision */
    [PROBLEM_DAY_OPEN] = {
        "Business day {0} is over and still not closed, so nothing of it is sent.[ <bilag-mapper has|There are> {1} events "
        "of the <log|tills> still to read.][ A person's decision waits for the answer of <bilag-uploader and "
        "bilag-invoicer|the processes that send> (question {2}).][ <The mapper has closed it (revision {3}), and no verdict "
        "has come: bilag-validator or bilag-uploader is behind|It is added up (revision {3}) and not judged yet: a process "
        "is behind>.] See that every process runs (<the end of bilag status|Processes>); the day closes by itself then.",
        "Salgsdagen {0} er over og fortsatt ikke avsluttet, så ingenting av den sendes.[ <bilag-mapper har {1} hendelser "
        "igjen å lese i loggen|Det er {1} hendelser fra kassene igjen å lese>.][ En persons beslutning venter på svar fra "
        "<bilag-uploader og bilag-invoicer|prosessene som sender> (spørsmål {2}).][ <Mapper har avsluttet den (revisjon "
        "{3}), men ingen vurdering har kommet: bilag-validator eller bilag-uploader henger etter|Den er summert (revisjon "
        "{3}), men ikke vurdert ennå: en prosess henger etter>.] Se til at alle prosesser kjører (<slutten av bilag "
        "status|Prosesser>); da avsluttes dagen av seg selv." },
};
