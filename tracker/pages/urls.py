"""Addresses of the public pages. Names are stable: ``core.public`` writes them into the record's JSON."""

from __future__ import annotations

from django.urls import path, re_path

from tracker.pages import embedding, feeds, telling, views

app_name = "pages"

urlpatterns = [
    path("", views.timeline, name="timeline"),
    path("events/", views.events, name="events"),
    path("events/<slug:slug>/", views.event, name="event"),
    path("events/<slug:slug>/silence/", views.silence, name="silence"),
    path("events/<slug:slug>/silence.csv", views.silence_csv, name="silence-csv"),
    path("companies/", views.companies, name="companies"),
    path("companies/<slug:slug>/", views.company, name="company"),
    path("people/", views.people, name="people"),
    path("people/<slug:slug>/", views.person, name="person"),
    path("sectors/", views.sectors, name="sectors"),
    path("sectors/<slug:key>/", views.sector, name="sector"),
    path("outlets/<slug:slug>/", views.outlet, name="outlet"),
    path("statements/<str:public_id>/", views.statement, name="statement"),
    path("statements/<str:public_id>/versions/", views.versions, name="versions"),
    re_path(r"^statements/(?P<public_id>[^/]+)/cite\.(?P<form>bib|ris)$", views.cite, name="cite"),
    path("share/statements/<str:public_id>.svg", views.share_statement, name="share-statement"),
    path("share/events/<slug:slug>.svg", views.share_event, name="share-event"),
    path("inquiries/<str:public_id>/", views.inquiry, name="inquiry"),
    path("reports/<str:public_id>/", views.report, name="report"),
    path("corrections/", views.corrections, name="corrections"),
    path("methodology/", views.methodology, name="methodology"),
    path("about/", views.about, name="about"),
    path("search/", views.search, name="search"),
    path("embed/statements/<str:public_id>/", embedding.statement, name="embed-statement"),
    path("embed/events/<slug:slug>/", embedding.event, name="embed-event"),
    path("embed/events/<slug:slug>/silence/", embedding.board, name="embed-silence"),
    path("oembed/", embedding.oembed, name="oembed"),
    path("tell/thanks/", telling.told, name="told"),
    path("tell/<slug:entity>/<str:name>/", telling.tell, name="tell"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemaps/<slug:kind>-<int:number>.xml", views.sitemap_part, name="sitemap-part"),
]
for _form in ("atom", "json"):
    urlpatterns += [
        path(f"feed.{_form}", feeds.timeline, {"form": _form}, name=f"feed-{_form}"),
        path(f"events/<slug:slug>/feed.{_form}", feeds.event, {"form": _form}, name=f"event-feed-{_form}"),
        path(f"companies/<slug:slug>/feed.{_form}", feeds.company, {"form": _form}, name=f"company-feed-{_form}"),
        path(f"people/<slug:slug>/feed.{_form}", feeds.person, {"form": _form}, name=f"person-feed-{_form}"),
        path(f"corrections/feed.{_form}", feeds.corrections, {"form": _form}, name=f"corrections-feed-{_form}"),
    ]
