"""Words that say nothing about what a text is about, as `analysis.fold` spells them.

Function words only (articles, pronouns, prepositions, conjunctions, auxiliaries) and the
pleasantries of people who ask for help: a word that could name the problem is none of them.
"""

STOP_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": """
            a about after again all also am an and any are as at be because been before being but
            by can could did do does doing done each for from had has have having he her here hers
            him his how i if in into is it its just like me more most much my no nor not of on
            only or other our ours out over own please same she should since so some such than
            thank thanks that the their theirs them then there these they this those to too under
            until up us very was we were what when where which while who whom why will with would
            you your yours im ive youre thats dont doesnt didnt isnt wasnt arent wont cant couldnt
            """,
        "cs": """
            a aby ahoj ale ani ano asi az bez budu bude budou by byl byla bylo byly bych bychom co
            dekuji dekuju diky do dobry den ho i ja jak jako je jeho jej jeji jejich jen jenz jeste
            ji jich jim jsem jsi jsme jsou jste k kam kde kdo kdyz ke ktera ktere kteri kterou
            ktery ma mam mame maji me mezi mi mne mnou muj muze mate mit my na nad nam nas nase
            ne nebo nejsem neni nez nic o od on ona oni ono pak po pod podle pokud pouze prave pri
            pro proc prosim proto protoze pred s se si sve svuj ta tak take tam tato te tedy ten
            tento teto ti tim to tohle toho tom tomu toto tu ty u uz v vam vas ve vse vsak vy z za
            zda ze
            """,
        "de": """
            aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bitte da
            damit danke dann das dass dein deine dem den denn der des dich die dies diese diesem
            diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas
            euch euer fur gegen habe haben hallo hat hatte hatten hier hin ich ihm ihn ihnen ihr
            ihre ihrem ihren ihrer im in ins ist ja jede jeder jedes jedoch jetzt kann kannst
            kein keine keinem keinen keiner konnen konnte mal man mein meine meinem meinen meiner
            mich mir mit muss nach nicht nichts noch nun nur ob oder ohne schon sehr sein seine
            seinem seinen seiner seit sich sie sind so solche soll sollte um und uns unser unsere
            unter vom von vor wann war waren warum was weil welche welcher welches wenn wer
            werde werden wie wieder will wir wird wo wurde wurden zu zum zur zwar zwischen
            """,
        "es": """
            a al algo alguien algun alguna algunos ante antes aqui asi aun aunque buenas buenos cada
            como con cual cuales cuando de del desde dias donde dos durante e el ella ellas ellos
            en entre era eran es esa esas ese eso esos esta estaba estan estar estas este esto
            estos estoy fue fueron gracias ha habia han has hasta hay he hemos hola la las le les lo
            los mas me mi mis mucho muy nada ni no nos nosotros nuestra nuestro o os otra otro otros
            para pero por porque puede puedo pues que quien quienes saludos se sea ser si sido sin
            sino sobre solo son soy su sus tal tambien tan tanto te tengo ti tiene tienen toda
            todas todo todos tu tus un una unas uno unos usted ustedes y ya yo
            """,
        "fi": """
            ei eika eivat ehka ela en enaa eli emme ennen ensin et ette etta han hanen he heidan hei
            hyva ilman itse ja jo johon joka jokin joissa joita jolla jolle jos joskus jossa josta
            jota jotka jotta kaikki kanssa kautta keta kiitos koko koska kuin kuinka kun kuten me
            meidan mihin mika mikali miksi mikaan milla milloin mina minka minulla minulle minun
            minut missa mista mita miten moi mukaan mutta myos ne niiden niin niita noin nuo nyt
            nain ole olemme olen olet oli olisi olivat olla on ovat paljon pitaa pois puolesta
            saa se sen seka sellainen siella siina siita siksi silla sille sina sinun sita
            sitten tai taman tahan tama tassa tasta tata te teidan tuo tuon vaan vai vaikka vain
            vasta viela voi voin voiko voisi
            """,
        "fr": """
            a ai alors as au aucun aussi autre autres aux avais avait avant avec avez avoir avons
            bien bonjour bonsoir c ca car ce cela celle celui ces cet cette ceux chez comme comment
            d dans de depuis des donc du elle elles en encore entre es est et etaient etais etait
            ete etes etre eu eux fait faire fois ici il ils j je l la le les leur leurs lors lui
            m ma mais me meme merci mes moi moins mon n ne ni nos notre nous on ont ou par parce
            pas peu peut peux plus pour pourquoi puis qu quand que quel quelle quelles quels
            qui quoi s sa salut sans se sera ses si sinon soit sommes son sont sous suis sur t
            ta te tes toi ton tous tout toute toutes tres tu un une vers voici voila vos votre vous
            y
            """,
        "hu": """
            a abban ahhoz aki akik ahol akkor alatt amely amelyek ami amig amikor amit an annak
            arra arrol az azert azon azt azzal azok azonban be belul csak de e eddig egy egyik
            el elott elso en ennek erre errol es ez ezek ezen ezert ezt ezzel fel fog ha hanem
            hat hogy hogyan hol honnan ide igen igy illetve is itt jo kell kellene ki kivel
            koszonom le legyen lehet lesz leszek lett ma mar meg mely melyik mert mi miatt mig
            mikor milyen mind minden mindig mint mit mivel most nagyon ne nekem neki nem nincs
            nincsenek o oda ok olyan on ott pedig persze reszere s sajat se sem semmi sok
            sokkal szamara szerint szep szia t te tehat teljesen tobb tovabba ugy ugyanis udv
            udvozlom utan vagy vagyok vagyunk val valaki valami valo van vannak vele viszont volna
            volt voltak
            """,
        "id": """
            ada adalah agar akan aku anda antara apa apabila apakah atas atau bagaimana bagaimanakah
            bagi bahwa banyak beberapa begitu belum berapa bisa bisakah boleh bukan dalam dan dapat
            dapatkah dari daripada demi dengan di dia dimana dulu gimana guna hal halo hanya
            harus haruskah hingga ia ialah ingin ini itu jadi jika juga kah kalau kalian kami kamu
            kan kapan karena ke kenapa kepada kita lagi lain lah lalu lebih maka makin mana masih
            mau maupun mengapa mereka mohon namun nya oleh pada para paling per pernah pun saat
            saja sama sambil sampai sangat saya sebab sebagai sebelum secara sedang sehingga sejak
            selain selalu seluruh semua semuanya seorang seperti serta sesudah setelah setiap
            siapa sih situ suatu sudah supaya tanpa tapi telah tentang terhadap terima kasih
            tersebut tetap tetapi tiap tolong untuk walau yaitu yakni yang ya
            """,
        "it": """
            a ad agli ai al alcuni alla alle allo anche ancora avere aveva avete c che chi ci ciao
            coi col come con cosa cosi cui d da dagli dai dal dalla dalle dallo degli dei del della
            delle dello di dopo dove due e ed era erano essere fa fra fino gia gli grazie ha hai
            hanno ho i il in io l la le lei li lo loro lui ma me mentre mi mia mie miei mio molto
            ne negli nei nel nella nelle nello no noi non nostra nostro o ogni oppure ora per perche
            piu po poi pero prima pure qual quale quali quando quella quelle quelli quello questa
            queste questi questo qui quindi s salve se sei senza si sia siamo siete solo sono sta
            stata stato stesso su sua sue sugli sui sul sulla sulle suo suoi ti tra tu tua tuo
            tutta tutte tutti tutto un una uno vi voi vostra vostro
            """,
        "nl": """
            aan al alle alleen als altijd ander andere bedankt ben bij daar dan dank dat de deze die
            dit doen door dus een eens elke en er erg ga geen goed haar had hallo heb hebben heeft
            heel hem het hier hij hoe hoi hun ik in is ja je jij jouw jullie kan kon kunnen maar
            maak me mee meer men met mij mijn moet na naar niet niets nog nu of om omdat ons onze
            ook op over reeds s te tegen tijdens toch toen tot u uit uw van vanaf veel via voor waar
            waarom wanneer want waren was wat we wel welke werd wie wij wil wordt worden zal ze zelf
            zich zij zijn zo zonder zou
            """,
        "pt": """
            a agora ai ainda algo alguem algum alguma alguns ao aos apenas aqui as assim ate bem boa
            bom cada com como da das de dela dele deles depois desde dessa desse desta deste do dos
            e ela elas ele eles em entao entre era essa essas esse esses esta estao estar estava
            este estes estou eu foi foram ha isso isto ja la lhe lo mais mas me mesmo meu meus
            minha minhas muito na nao nas nem nenhum no nos nossa nosso num numa o obrigada obrigado
            oi ola onde os ou para pela pelas pelo pelos pois por porem porque pra qual quais
            quando que quem sao se seja sem sempre ser seu seus sim so sobre sou sua suas tal
            tambem tao te tem tenho ter teu tinha toda todas todo todos tu tua tudo um uma umas uns
            vai voce voces
            """,
        "sl": """
            a ali ampak b bi bil bila bile bili bilo bo bodo bom brez cez ce da dan do dober ga
            gre hvala in iz jaz je jih jim jo k kaj kaksen kako kam kar kateri katera katero ker ki
            kje kdaj kdo ko kot lahko le lep lp ma me med mene mi moj moja moje moram mu na nad naj
            nam nas nasa ne nek neki ni nic nima niso nisem njen njih njegov o ob od on ona oni
            oz oziroma pa po pod pozdravljeni pred prek pri prosim s sam samo se sem si smo so ste
            svoj ta tam te tega tem ti to toda tu tudi u v vam vas ve vec vendar ves vi vse vsi z
            za zakaj zato ze zelo
            """,
        "sr": """
            a ali bez bi bih bila bile bili bilo bio bismo biste biti ce cemo cete cu da dan dakle
            do dobar dok ga gde gdje hvala i ih ili im ima imam imate iz iako ja je jer jesam jos
            joj ju k ka kad kada kako kao koja koje koji kojim koju ko kod kroz li ma me mene mi
            mnogo mogu moj moja moje mora moze mu na nad nakon nam nas nasa ne neka neki nego ni
            nije nisam nisu no nema o od odnosno oko on ona oni ono ova ovaj ove ovo pa po pod
            pored posle pre preko pri prema s sa sad sam samo se sebe si smo sta ste sto su
            sva sve svi svoj ta taj tako takodje te ti to toga tome treba tu u uz vam vas vec vi
            vise vrlo za zasto zato zbog zdravo
            """,
        "tr": """
            acaba ama ancak artik asla aslinda bana bazi belki ben bende beni benim bile bir biraz
            biri birsey biz bizi bizim bu bunu bunun buna bunlar burada cok cunku da daha dahi de
            defa degil diger diye dolayi eger en etmek fakat falan gibi gore ha hala hangi hatta
            hem henuz hep hepsi her herkes hic icin ile ilgili ise iste ki kadar kendi kez
            kim kimse lutfen madem mi mu nasil ne neden nedenle nerde nerede nereye nicin niye o
            olan olarak oldu oldugu olmak olsa olur on ona ondan onlar onlari onlarin onu onun
            oyle oysa pek ragmen sadece sanki sana sen seni senin siz sizi sizin sonra su sunu tabi
            tarafindan tum tesekkurler tesekkur ederim var ve veya ya yani yine yok yoksa zaten
            """,
    }.items()
}
STOP_WORDS["hr"] = STOP_WORDS["sr"]
